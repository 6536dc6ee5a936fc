"""How a problem's behaviours stand: a row each, in the order of the statement, or fewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from rich.text import Text

from grader.outcome import Outcome, Verdict
from grader.render.console import KataConsole, Signs
from grader.score import BehaviourResult, ProblemResult

# Rows that leave the first failure on one screen with them.
MAX_ROWS = 7


def print_behaviours(console: KataConsole, result: ProblemResult) -> None:
    """Print a row for each behaviour that was tried; beside a failure, what fits into a few."""
    if result.failing_example is not None and result.verdict is not Verdict.TODO:
        print_row(console, result.failing_example.outcome, "The examples of the statement")
    tried = [b for b in result.behaviours if b.outcome is not Outcome.NOT_RUN]
    if result.verdict is Verdict.PARTIAL and len(tried) > MAX_ROWS:
        _print_few(console, tried)
    else:
        for behaviour in tried:
            print_row(console, behaviour.outcome, behaviour.behaviour.title)
    if left := len(result.behaviours) - len(tried):
        signs = console.signs
        console.print(f"  {signs.not_run} {left} not run, or not all of their tests", style="quiet")


def print_row(console: KataConsole, outcome: Outcome, text: str) -> None:
    """Print a sign and what it is about."""
    console.print(_row(console.signs, outcome, text), soft_wrap=True)


def sign(outcome: Outcome, signs: Signs) -> tuple[str, str]:
    """Return an outcome's sign and its style."""
    if outcome is Outcome.PASSED:
        return signs.passed, "good"
    if outcome is Outcome.TODO:
        return signs.todo, "waiting"
    if outcome is Outcome.NOT_RUN:
        return signs.not_run, "quiet"
    return signs.failed, "bad"


def _row(signs: Signs, outcome: Outcome, text: str) -> Text:
    return Text.assemble("  ", sign(outcome, signs), f" {text}")


def _print_few(console: KataConsole, behaviours: Sequence[BehaviourResult]) -> None:
    """Print runs of passed behaviours as a row each, and one row for all that come too late."""
    rows: list[tuple[Text, Sequence[BehaviourResult]]] = []
    for is_pass, group in groupby(behaviours, key=lambda b: b.outcome is Outcome.PASSED):
        run = list(group)
        if is_pass and len(run) > 1:
            row = _row(console.signs, Outcome.PASSED, f"{len(run)} behaviours")
            rows.append((row, run))
        else:
            rows += [(_row(console.signs, b.outcome, b.behaviour.title), [b]) for b in run]
    shown = rows if len(rows) <= MAX_ROWS else rows[: MAX_ROWS - 1]
    for row, _ in shown:
        console.print(row, soft_wrap=True)
    if late := [b for _, run in rows[len(shown) :] for b in run]:
        console.print(_summary(console.signs, late))


def _summary(signs: Signs, behaviours: Sequence[BehaviourResult]) -> Text:
    """Return how many behaviours ended in each way, on one row."""
    counts = Counter(sign(behaviour.outcome, signs) for behaviour in behaviours)
    parts = [Text.assemble(mark, f" {count} more") for mark, count in counts.items()]
    return Text("  ") + Text("   ").join(parts)
