"""What ``grader predict`` shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax

from grader.drill import Drill
from grader.render.console import KataConsole


def print_drill(console: KataConsole, drill: Drill, number: int, count: int) -> None:
    """Print a snippet, and how to answer."""
    dot = console.signs.dot
    console.print(f"\n{drill.module_title} {dot} {drill.title}", style="strong", end="")
    console.print(f"   {number} of {count}", style="quiet")
    code = Syntax(drill.code.strip("\n"), "python", theme="ansi_dark", background_color="default")
    console.print(Padding(code, (1, 0, 1, 4), expand=False))
    console.print(
        "What does it print? Write it line by line; an empty line ends your answer.", style="label"
    )


def print_answer(console: KataConsole, drill: Drill, output: str, *, is_right: bool) -> None:
    """Print the verdict, what Python printed, and why."""
    signs = console.signs
    if is_right:
        console.print(f"{signs.passed} Right.", style="good")
    else:
        console.print(f"{signs.failed} Not quite. It prints:", style="bad")
        for line in output.splitlines():
            console.print(f"    {line}", soft_wrap=True)
    console.print(Padding(Markdown(drill.explanation), (0, 0, 0, 2), expand=False))


def print_tally(console: KataConsole, right: int, asked: int, left: int) -> None:
    """Print how many were right, and what there is to do next."""
    if asked:
        console.print(f"\n{right} of {asked} right.", style="strong")
    if left:
        noun = "snippet waits" if left == 1 else "snippets wait"
        console.print(f"{left} {noun} for a right answer: `grader predict` goes on.")
    else:
        console.print("All are solved: `grader predict --again` asks once more.")


def print_drills(console: KataConsole, drills: Sequence[Drill], solved: Collection[str]) -> None:
    """Print the drills by module, with those that were answered rightly."""
    module = None
    for drill in drills:
        if drill.module != module:
            module = drill.module
            console.print(f"\n{drill.module_title}", style="strong", end="")
            console.print(f"   grader predict {module}", style="quiet")
        is_solved = drill.id in solved
        sign = console.signs.passed if is_solved else console.signs.todo
        console.print(f"  {sign}", style="good" if is_solved else "quiet", end="")
        course = f" {console.signs.dot} from the course" if drill.is_from_course else ""
        console.print(f" {drill.title}{course}", end="")
        console.print(f"   {drill.id}", style="quiet")
