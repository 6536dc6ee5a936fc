"""A place in a solution, ``file:line``, and the code that stands there."""

from __future__ import annotations

from pathlib import Path

from grader.errors import SolutionError
from grader.solution import read_source
from grader.text import printable

# What a definition begins with: a place that is a whole function says nothing by its first line.
_DEFINITIONS = ("def ", "async def ", "class ", "@")


def code_at(place: str, solution: Path) -> str:
    """Return the line of code at a place, empty where it is a definition or not the solution's."""
    name, _, number = place.rpartition(":")
    file = Path(name)
    # A confined solution may name any file, and the grader may read more than the solution.
    if ".." in file.parts or not file.is_relative_to(solution) or file.is_symlink():
        return ""
    try:
        line = read_source(file).splitlines()[int(number) - 1].strip()
    except (SolutionError, ValueError, IndexError):
        return ""
    return "" if line.startswith(_DEFINITIONS) else printable(line)
