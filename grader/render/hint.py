"""One hint."""

from __future__ import annotations

from rich.padding import Padding

from grader.problem import HINTS_PER_BEHAVIOUR
from grader.render.console import KataConsole


def print_hint(console: KataConsole, behaviour: str, level: int, text: str) -> None:
    """Print a hint below the title of its behaviour."""
    console.print(f"  {behaviour}", style="strong")
    console.print(f"  Hint {level} of {HINTS_PER_BEHAVIOUR}", style="label")
    console.print(Padding(text, (0, 0, 0, 2), expand=False))
