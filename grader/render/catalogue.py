"""The list of problems, and a problem's pages: its statement, its debrief, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markdown import Markdown

from grader.errors import UsageError
from grader.problem import LEVELS, Problem
from grader.render.console import KataConsole


def print_catalogue(console: KataConsole, problems: Sequence[Problem]) -> None:
    """Print the problems by level."""
    level = None
    for problem in problems:
        if problem.level != level:
            level = problem.level
            console.print(f"\nLevel {level} {console.signs.dot} {LEVELS[level]}", style="strong")
        console.print(
            f"  {problem.number}  {problem.title:<42}  {problem.points:>3} points"
            f"  {problem.minutes:>3} min"
        )


def print_page(console: KataConsole, page: Path) -> None:
    """Print a statement or a debrief; raise UsageError where it cannot be read."""
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{page}: cannot be read: {error}") from error
    console.print(Markdown(text, code_theme="ansi_dark"))
