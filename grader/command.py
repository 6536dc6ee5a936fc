"""The commands that a report tells people to type, so that they work as printed."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.solutions import NAMED
from grader.text import printable


@dataclass(frozen=True, slots=True)
class Commands:
    """Builds commands for the solutions that were chosen on the command line."""

    choice: str = NAMED[0]
    prefix: str = ""

    @classmethod
    def here(cls, choice: str) -> Commands:
        """Return the commands as this shell needs them."""
        return cls(choice, _prefix())

    def grader(self, *words: str) -> str:
        return self._with_choice("grader", *words)

    def pytest(self, *words: str) -> str:
        return self._with_choice("pytest", *words)

    def show(self, number: str) -> str:
        return f"{self.prefix}grader show {number}"

    def _with_choice(self, *words: str) -> str:
        chosen = () if self.choice == NAMED[0] else ("--solutions", self.choice)
        return self.prefix + shlex.join([*words, *chosen])


def _prefix() -> str:
    """Return what has to stand before a command that is not on the shell's own path."""
    if "UV_RUN_RECURSION_DEPTH" in os.environ:
        return "uv run "
    if shutil.which("grader"):
        return ""
    return shlex.quote(f"{nearby(Path(sys.executable).parent)}{os.sep}")


def nearby(path: Path) -> str:
    """Return a path as seen from the current folder, if it is below it."""
    with contextlib.suppress(ValueError, OSError):
        path = path.relative_to(Path.cwd())
    # A name may hold what a terminal takes for a command.
    return printable(str(path))
