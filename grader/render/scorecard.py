"""The scorecard as text: a row per problem as it lands, the totals, and what fails first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from grader.command import Commands
from grader.hints import Taken, counts
from grader.outcome import Verdict
from grader.problem import LEVELS, Problem
from grader.render.behaviours import sign
from grader.render.card import print_failure, print_title
from grader.render.console import KataConsole
from grader.score import ProblemResult
from grader.solutions import NAMED as CHOICES
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
# Their row says it all.
_PLAIN = (Verdict.SOLVED, Verdict.TODO)
# How many files that were left out, or are not there, are named.
NAMED = 5


class TextScorecard:
    """Prints one learner's results while they are being graded."""

    def __init__(
        self, console: KataConsole, commands: Commands, taken: Taken | None = None
    ) -> None:
        """Print to a console; ``taken`` has the hints."""
        self._console = console
        self._commands = commands
        self._taken = taken or {}
        self._hints = counts(self._taken)
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
            if result.verdict not in _PLAIN or len(problems) == 1:
                self._card(result)
        missing = [r.path.name for r in results if r.verdict is Verdict.TODO and r.message]
        if len(problems) > 1:
            self._names("Not there", missing)
            self._what_now(results)
        self._names("Not looked at", ignored)
        console.print(f"\nIsolation: {isolation}.", style="quiet")
        if seed is not None:
            console.print(f"Probes: asked with --seed {seed}.", style="quiet")

    def _card(self, result: ProblemResult) -> None:
        failing = result.first_failing
        taken = self._taken.get(result.problem.number, {})
        level = taken.get(failing.behaviour.id, 0) if failing is not None else 0
        self._console.print()
        print_title(self._console, result)
        print_failure(self._console, result, self._commands, hint=True, taken=level)

    def _names(self, what: str, names: Sequence[str]) -> None:
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            some = printable(", ".join(names[:NAMED]))
            self._console.print(f"\n{what}: {some}{more}.", style="quiet")

    def _what_now(self, results: Sequence[ProblemResult]) -> None:
        """Name the command that chooses what to do, where one's own solutions leave some to do."""
        is_own = self._commands.choice == CHOICES[0]
        if is_own and any(result.verdict is not Verdict.SOLVED for result in results):
            step = (self._commands.grader("next"), "strong")
            self._console.print(Text.assemble("\nWhat now?  ", step))

    def _total(self, name: str, amount: Total, style: str = "") -> None:
        signs = self._console.signs
        full = STRIP_WIDTH * amount.points // amount.max
        line = Text.assemble(
            f"  {name:<{TITLE_WIDTH}}",
            (signs.full * full, "good"),
            (signs.empty * (STRIP_WIDTH - full), "quiet"),
            f"  {amount.points:>4}/{amount.max:<4}  {amount.solved} of {amount.problems} solved",
            style=style,
        )
        self._console.print(line)
