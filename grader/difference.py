"""What changes from a solution to the reference, line by line."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.errors import SolutionError
from grader.intake import modules, take_in
from grader.solution import read_source

# What patch and git call the other side of a file that one side lacks.
NO_FILE = "/dev/null"
# A million empty lines keep difflib busy for minutes, and nobody reads them.
MAX_LINES = 10_000
Sources = dict[str, list[str]]


def sources(path: Path, base: Path | None = None) -> Sources:
    """Return the lines of a solution's files by their paths inside it, "" for a single file.

    A package may lie over the package ``base``. Raises SolutionError where one cannot be read.
    """
    # A copy as the grader takes it: neither links out of the folder nor strangers.
    with tempfile.TemporaryDirectory() as folder:
        own = _lines(take_in(path, Path(folder)))
    return own if base is None else {**sources(base), **own}


def difference(old: Sources, new: Sources, old_name: str, new_name: str) -> Iterator[str]:
    """Yield the lines of a unified diff; none where both say the same."""
    for name in sorted({*old, *new}):
        yield from difflib.unified_diff(
            old.get(name, []),
            new.get(name, []),
            _joined(old_name, name) if name in old else NO_FILE,
            _joined(new_name, name) if name in new else NO_FILE,
            lineterm="",
        )


def _lines(path: Path) -> Sources:
    if path.is_file():
        return {"": _split(path)}
    return {file.relative_to(path).as_posix(): _split(file) for file in modules(path)}


def _split(file: Path) -> list[str]:
    """Return a file's lines as Python counts them; str.splitlines knows more ends than Python."""
    text = read_source(file).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n") if text else []
    if len(lines) > MAX_LINES:
        raise SolutionError(f"{file.name} has {len(lines):,} lines; {MAX_LINES:,} can be compared")
    return lines


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if name else folder
