"""A unified diff for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from grader.render.console import KataConsole
from grader.text import printable

# The two headers start like a line that was added or taken away, so they come first.
_STYLES = {"--- ": "strong", "+++ ": "strong", "@@ ": "label", "-": "bad", "+": "good"}


def print_difference(console: KataConsole, lines: Iterable[str]) -> None:
    """Print a diff, each line as long as it is; a terminal obeys nothing in it."""
    for line in lines:
        console.print(Text(printable(line), _style(line)), soft_wrap=True)


def _style(line: str) -> str:
    return next((style for start, style in _STYLES.items() if line.startswith(start)), "")
