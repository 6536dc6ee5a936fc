"""The scorecard as text: a row per problem as it lands, the totals, and a next step each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from grader.command import Commands
from grader.outcome import Verdict
from grader.problem import LEVELS, Problem
from grader.render.behaviours import sign
from grader.render.card import print_failure, print_title
from grader.render.console import KataConsole
from grader.score import ProblemResult
from grader.text import counted, printable
from grader.totals import Total, by_level, total

VERDICTS = {
    Verdict.SOLVED: ("solved", "good"),
    Verdict.PARTIAL: ("partial", "waiting"),
    Verdict.TODO: ("to do", "quiet"),
    Verdict.BROKEN: ("broken", "bad"),
    Verdict.TAMPERED: ("tampered", "bad"),
    Verdict.GRADER_ERROR: ("grader error", "bad"),
}
TITLE_WIDTH = 38
STRIP_WIDTH = 12
# How many files that were left out are named.
NAMED = 5


class TextScorecard:
    """Prints one learner's results while they are being graded."""

    def __init__(
        self, console: KataConsole, commands: Commands, hints: Mapping[str, int] | None = None
    ) -> None:
        """Print to a console; ``hints`` has how many were taken, by problem."""
        self._console = console
        self._commands = commands
        self._hints = hints or {}
        # Hints stand behind the verdict, and all of it within 80 columns.
        self._gap = 4 if self._hints else 6

    def add(self, result: ProblemResult) -> None:
        """Print a problem's row."""
        # A tenth hint has no room in 80 columns: its row is cut, not broken in two.
        self._console.print(self.row(result), no_wrap=True, overflow="crop")

    def row(self, result: ProblemResult) -> Text:
        """Return a problem's row: its strip of behaviours, its points, its verdict."""
        signs = self._console.signs
        strip = Text.assemble(*(sign(b.outcome, signs) for b in result.behaviours))
        strip.pad_right(STRIP_WIDTH - len(strip))
        word, style = VERDICTS[result.verdict]
        problem = result.problem
        row = Text.assemble(
            f"  {problem.number}  {problem.title:<{TITLE_WIDTH - 6}.{TITLE_WIDTH - 6}}  ",
            strip,
            f"  {result.points:>4}/{problem.points:<{self._gap}}",
            (word, style),
        )
        if hints := self._hints.get(problem.number, 0):
            row.append(f" {self._console.signs.dot} {counted(hints, 'hint')}", "quiet")
        return row

    def finish(
        self,
        results: Sequence[ProblemResult],
        problems: Sequence[Problem],
        *,
        isolation: str,
        seed: int | None,
        ignored: Sequence[str],
        interrupted: bool,
    ) -> None:
        """Print the totals, what to do next where there is something, and how it was graded."""
        console = self._console
        console.print()
        for level, level_total in by_level(results, problems).items():
            self._total(f"Level {level} {console.signs.dot} {LEVELS[level]}", level_total)
        self._total("Total", total(results, problems), style="strong")
        if interrupted:
            left = len(problems) - len(results)
            console.print(f"\nInterrupted: {left} of {len(problems)} not graded.", style="bad")
        for result in results:
            if result.verdict is not Verdict.SOLVED or len(problems) == 1:
                console.print()
                print_title(console, result)
                print_failure(console, result, self._commands, hint=True)
        if ignored:
            names = ", ".join(ignored[:NAMED])
            more = f" and {len(ignored) - NAMED} more" if len(ignored) > NAMED else ""
            console.print(f"\nNot looked at: {printable(names)}{more}.", style="quiet")
        console.print(f"\nIsolation: {isolation}.", style="quiet")
        if seed is not None:
            console.print(f"Probes: asked with --seed {seed}.", style="quiet")

    def _total(self, name: str, amount: Total, style: str = "") -> None:
        self._console.print(
            f"  {name:<{TITLE_WIDTH + STRIP_WIDTH}}  {amount.points:>4}/{amount.max:<4}  "
            f"{amount.solved} of {amount.problems} solved",
            style=style,
        )
