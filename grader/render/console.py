"""The terminal: its width, its colours, the signs it can show, and its sudden end."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import IO

from rich.console import Console
from rich.theme import Theme

THEME = Theme(
    {
        "good": "green",
        "bad": "red",
        "waiting": "yellow",
        # Not bright_black, which is the background itself in some dark themes.
        "quiet": "dim",
        "strong": "bold",
        "label": "cyan",
    }
)
# A line longer than this is hard to read, however wide the terminal is.
MAX_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of a report, in what the terminal's encoding has."""

    passed: str
    failed: str
    todo: str
    not_run: str
    dot: str
    full: str
    empty: str


UNICODE = Signs("✔", "✘", "·", "?", "·", "█", "░")
ASCII = Signs("+", "x", ".", "?", "-", "#", ".")


class KataConsole(Console):
    """A console that outlives its reader: after ``grader | head`` the exit code still tells."""

    def on_broken_pipe(self) -> None:
        """Write the rest to nowhere."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)

    @property
    def signs(self) -> Signs:
        """The signs that this console's encoding can show."""
        return ASCII if self.options.ascii_only else UNICODE


def open_console(
    *,
    no_color: bool = False,
    file: IO[str] | None = None,
    width: int | None = None,
    is_terminal: bool | None = None,
) -> KataConsole:
    """Return a console on standard output, or on ``file``; NO_COLOR is obeyed."""
    console = KataConsole(
        file=file,
        theme=THEME,
        highlight=False,
        markup=False,
        emoji=False,
        no_color=no_color or None,
        force_terminal=is_terminal,
        width=width,
    )
    if not console.is_terminal and width is None and "COLUMNS" not in os.environ:
        console.width = 80
    console.width = min(console.width, MAX_WIDTH)
    return console
