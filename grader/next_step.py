"""What to do next, and why: chosen from where the learner stands, without grading anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from grader.progress import Progress, Standing, State

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Advice:
    """One problem, why it is the one, and the words of the commands that come next."""

    standing: Standing
    why: str
    commands: tuple[tuple[str, ...], ...]


def advise(progress: Progress) -> Advice:
    """Return what to do now.

    First what was begun and is not solved, the last practised; then what has slipped; then the
    next in order; and when all is solved, what was practised longest ago.
    """
    standings = progress.standings
    begun = [standing for standing in standings if standing.state is State.BEGUN]
    if begun:
        return _go_on(max(begun, key=_practised))
    if progress.slipped:
        standing = max(progress.slipped, key=_practised)
        return Advice(standing, "It was solved, and is not any more.", (_test(standing),))
    for standing in standings:
        if standing.state is State.AGAIN:
            why = "You have put its stub back, to solve it once more."
            return Advice(standing, why, (_show(standing), _test(standing)))
        if standing.state is State.NEW:
            return Advice(standing, _why_new(progress), (_show(standing), _test(standing)))
    standing = min(standings, key=_practised)
    reset = ("grader", "reset", standing.problem.number)
    why = "All are solved, and this one was practised longest ago. A backup is kept."
    return Advice(standing, why, (reset, _show(standing)))


def _go_on(standing: Standing) -> Advice:
    if not standing.attempts:
        return Advice(standing, "You have begun it, and not graded it yet.", (_test(standing),))
    if standing.is_changed:
        why = "You have changed it since it was last graded."
        return Advice(standing, why, (_test(standing),))
    hint = ("grader", "hint", standing.problem.number)
    why = "You have begun it, and it is not solved yet."
    return Advice(standing, why, (_test(standing), hint))


def _why_new(progress: Progress) -> str:
    if all(standing.state is State.NEW for standing in progress.standings):
        return "It is the first."
    return "It is the next in order, and not begun yet."


def _practised(standing: Standing) -> datetime:
    return standing.practised or _LONG_AGO


def _show(standing: Standing) -> tuple[str, ...]:
    return ("grader", "show", standing.problem.number)


def _test(standing: Standing) -> tuple[str, ...]:
    return ("pytest", f"problems/{standing.problem.number}")
