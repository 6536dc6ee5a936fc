"""Where a learner stands, from the history of gradings and the texts of the stubs: data only."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from grader.hints import HintMemory, counts
from grader.history import Grading, digest_of, read_history
from grader.outcome import Verdict
from grader.problem import Problem
from grader.score import is_untouched
from grader.workspace import Workspace

# A longer pause between two attempts is no practice.
PAUSE = timedelta(minutes=30)


class State(StrEnum):
    """How a problem stands for its learner."""

    NEW = "new"
    BEGUN = "begun"
    SOLVED = "solved"
    # It was solved, and its newest grading says that it is not any more.
    SLIPPED = "slipped"
    # It was solved, and the stub is back.
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Draft:
    """What lies among the stubs for one problem; ``modified`` is UTC."""

    is_untouched: bool = True
    digest: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One problem: ``best`` in points, ``practised`` when its text last changed (UTC).

    ``verdict`` is that of the newest grading, ``attempts`` the texts that were graded one after
    the other, ``is_changed`` that the text has changed since. ``passed_in`` is the time of
    practice from the first grading to the first that solved it: the times between an attempt and
    the attempt before it, of whichever problem, without those longer than 30 minutes.
    """

    problem: Problem
    state: State
    verdict: Verdict | None
    best: int
    attempts: int
    hints: int
    practised: datetime | None
    is_changed: bool
    solved_at: datetime | None
    passed_in: timedelta | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Several problems together."""

    solved: int
    problems: int
    best: int
    max: int


@dataclass(frozen=True, slots=True)
class Progress:
    """All problems, in the order of their numbers."""

    standings: tuple[Standing, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was graded yet."""
        return not any(standing.attempts for standing in self.standings)

    @property
    def slipped(self) -> list[Standing]:
        return [standing for standing in self.standings if standing.state is State.SLIPPED]

    @property
    def hints(self) -> int:
        return sum(standing.hints for standing in self.standings)

    @property
    def usual_time(self) -> timedelta | None:
        """The median of the times to the first pass, of what was not solved at once."""
        times = [s.passed_in.total_seconds() for s in self.standings if s.passed_in]
        return timedelta(seconds=statistics.median(times)) if times else None

    def by_level(self) -> dict[int, Sum]:
        """Return the sum of each level that occurs, in order."""
        levels = sorted({standing.problem.level for standing in self.standings})
        return {
            level: add_up(s for s in self.standings if s.problem.level == level) for level in levels
        }


def add_up(standings: Iterable[Standing]) -> Sum:
    """Return several problems together; one solved earlier and not now is not solved."""
    known = list(standings)
    return Sum(
        sum(standing.state is State.SOLVED for standing in known),
        len(known),
        sum(standing.best for standing in known),
        sum(standing.problem.points for standing in known),
    )


def load_progress(workspace: Workspace) -> Progress:
    """Return how the learner stands; raise UsageError where what was remembered is damaged."""
    problems = workspace.problems()
    hints = counts(HintMemory(workspace.state).all())
    drafts = {p.number: look_at(workspace.stubs / p.solution_name, p.stub) for p in problems}
    return survey(problems, read_history(workspace), hints, drafts)


def look_at(path: Path, stub: Path) -> Draft:
    """Return what lies at ``path``; nothing, or nothing readable, counts as untouched."""
    digest = digest_of(path)
    if not digest or is_untouched(path, stub):
        return Draft(digest=digest)
    files = path.rglob("*.py") if path.is_dir() else [path]
    newest = max((file.stat().st_mtime for file in files if file.exists()), default=0.0)
    return Draft(is_untouched=False, digest=digest, modified=datetime.fromtimestamp(newest, UTC))


def survey(
    problems: Sequence[Problem],
    gradings: Sequence[Grading],
    hints: Mapping[str, int],
    drafts: Mapping[str, Draft],
) -> Progress:
    """Return how each problem stands."""
    counted = _counted(gradings)
    attempts = _attempts(counted)
    return Progress(
        tuple(
            _standing(
                problem,
                [grading for grading in counted if grading.problem == problem.number],
                [entry for entry in attempts if entry[0].problem == problem.number],
                hints.get(problem.number, 0),
                drafts.get(problem.number, Draft()),
            )
            for problem in problems
        )
    )


def tries(gradings: Sequence[Grading]) -> list[Grading]:
    """Return the gradings of a text that had changed since the one before, as all pages count."""
    return [grading for grading, _ in _attempts(_counted(gradings))]


def _counted(gradings: Sequence[Grading]) -> list[Grading]:
    """Leave out interviews, which are no practice, and where the grader failed: it says nothing."""
    return [
        grading
        for grading in gradings
        if grading.source != "interview" and grading.verdict is not Verdict.GRADER_ERROR
    ]


def _standing(
    problem: Problem,
    gradings: Sequence[Grading],
    attempts: Sequence[tuple[Grading, timedelta]],
    hints: int,
    draft: Draft,
) -> Standing:
    solved = [grading for grading in gradings if grading.verdict is Verdict.SOLVED]
    newest = gradings[-1] if gradings else None
    is_changed = not draft.is_untouched and (newest is None or newest.digest != draft.digest)
    practised = [grading.at for grading, _ in attempts[-1:]]
    if is_changed and draft.modified is not None:
        practised.append(draft.modified)
    return Standing(
        problem=problem,
        state=_state(gradings, draft),
        verdict=newest.verdict if newest else None,
        best=max((grading.points for grading in gradings), default=0),
        attempts=len(attempts),
        hints=hints,
        practised=max(practised, default=None),
        is_changed=is_changed,
        solved_at=solved[0].at if solved else None,
        passed_in=_passed_in(gradings, attempts),
    )


def _state(gradings: Sequence[Grading], draft: Draft) -> State:
    was_solved = any(grading.verdict is Verdict.SOLVED for grading in gradings)
    if draft.is_untouched:
        return State.AGAIN if was_solved else State.NEW
    # What was solved before the stub was put back is another story.
    begun = max((i for i, grading in enumerate(gradings, 1) if grading.untouched), default=0)
    current = [grading.verdict for grading in gradings[begun:]]
    if not current or Verdict.SOLVED not in current:
        return State.BEGUN
    return State.SOLVED if current[-1] is Verdict.SOLVED else State.SLIPPED


def _attempts(gradings: Sequence[Grading]) -> list[tuple[Grading, timedelta]]:
    """Return the gradings of a text that is new, each with the time of practice before it.

    A grading of all problems tries only what has changed since: the rest was merely looked at.
    """
    attempts: list[tuple[Grading, timedelta]] = []
    known: dict[str, str] = {}
    begun: set[str] = set()
    last: datetime | None = None
    for grading in gradings:
        if grading.digest == known.get(grading.problem):
            continue
        known[grading.problem] = grading.digest
        if grading.untouched:
            continue
        gap = grading.at - last if last is not None else timedelta(0)
        # The clock may have been set back meanwhile.
        is_practice = timedelta(0) <= gap <= PAUSE and grading.problem in begun
        attempts.append((grading, gap if is_practice else timedelta(0)))
        begun.add(grading.problem)
        last = grading.at
    return attempts


def _passed_in(
    gradings: Sequence[Grading], attempts: Sequence[tuple[Grading, timedelta]]
) -> timedelta | None:
    """Return the time of practice up to the first grading that solved it; None if none did."""
    solved = next((g for g in gradings if g.verdict is Verdict.SOLVED), None)
    if solved is None:
        return None
    total = timedelta(0)
    for grading, gap in attempts:
        total += gap
        if grading.digest == solved.digest:
            break
    return total
