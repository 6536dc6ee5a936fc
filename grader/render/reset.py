"""What ``grader reset`` says."""

from __future__ import annotations

from grader.command import Commands, nearby
from grader.problem import Problem
from grader.render.console import KataConsole
from grader.reset import Reset
from grader.text import printable


def print_reset(
    console: KataConsole, problem: Problem, done: Reset, commands: Commands, *, restored: bool
) -> None:
    """Print what was put where, where the earlier text is, and how to get it back."""
    place = nearby(done.target)
    what = "your newest backup" if restored else "the untouched stub"
    if not done.is_changed:
        console.print(f"{place} is {what} already: nothing to do.", soft_wrap=True)
        return
    console.print(f"{place} is {what} again.", soft_wrap=True)
    if done.linked_to is not None:
        link = printable(done.linked_to)
        console.print(f"It was a link to {link}, where nothing has changed.", soft_wrap=True)
    if done.backup is not None:
        console.print(f"What was there is kept: {nearby(done.backup)}", soft_wrap=True)
        command = commands.grader("reset", problem.number, "--restore")
        console.print(f"To get it back: {command}", soft_wrap=True)
