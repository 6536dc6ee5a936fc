"""One hint."""

from __future__ import annotations

from rich.padding import Padding

from grader.command import Commands
from grader.hints import Hint
from grader.problem import HINTS_PER_BEHAVIOUR
from grader.render.console import KataConsole


def print_hint(console: KataConsole, hint: Hint, commands: Commands) -> None:
    """Print a hint below the title of its behaviour; after the last one, how to read them again."""
    console.print(f"  {hint.title}", style="strong")
    console.print(f"  Hint {hint.level} of {HINTS_PER_BEHAVIOUR}", style="label")
    console.print(Padding(hint.text, (0, 0, 0, 2), expand=False))
    if hint.is_again:
        first = commands.grader("hint", hint.number, "--level", "1")
        console.print("\n  All three hints are taken; this is the last.", style="waiting")
        console.print(f"  To read them again: {first}, or 2, or 3", soft_wrap=True)
