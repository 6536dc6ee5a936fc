"""The list of problems, and a problem's pages: its statement, its debrief, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Markdown, MarkdownElement
from rich.segment import Segment
from rich.syntax import Syntax

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
    console.print(_Page(text, code_theme="ansi_dark"), crop=False)


class _WholeLines(CodeBlock):
    """Code whose lines are left whole: a terminal that is too narrow wraps them by itself."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = Syntax(str(self.text).rstrip(), self.lexer_name, theme=self.theme)
        for line in code.highlight(code.code.expandtabs(4)).split("\n", allow_blank=False):
            yield from (Segment(" "), *line.render(console), Segment.line())


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "fence": _WholeLines,
        "code_block": _WholeLines,
    }
