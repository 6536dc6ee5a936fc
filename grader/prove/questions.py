"""Does the probe agree with what is right, and does it see what is wrong?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path

from grader.engine import Engine
from grader.errors import Fault
from grader.loader import METADATA, short
from grader.outcome import TestReport
from grader.probe import Prober
from grader.problem import Problem
from grader.prove.claims import one_line
from grader.prove.trials import Role, Subject

# How many seeds one process is asked for: more in one message would be a flood.
BATCH = 25
# A wrong solution is asked with fewer seeds than a right one.
SEEDS_OF_RIGHT_PER_WRONG = 20
Rounds = dict[str, list[TestReport | None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a problem's solutions were asked, and their answers to come."""

    problem: Problem
    behaviours: tuple[str, ...]
    pending: list[tuple[Subject, list[Future[Rounds]]]]


def ask(
    engine: Engine,
    pool: Executor,
    problem: Problem,
    reference: Path,
    subjects: Sequence[Subject],
    *,
    seeds: int,
) -> Asked:
    """Begin to ask what is right with ``seeds`` seeds, what is wrong with a twentieth of them."""
    behaviours = engine.probes().get(problem.number, ())
    asked = Asked(problem, behaviours, [])
    if not (behaviours and reference.exists() and seeds):
        return asked
    probers = [
        Prober(engine, reference.parent, range(start, min(start + BATCH, seeds)))
        for start in range(0, seeds, BATCH)
    ]
    # Each seed in a process of its own, as in a grading: wrong ones may leave threads behind.
    few = [
        Prober(engine, reference.parent, [seed])
        for seed in range(-(-seeds // SEEDS_OF_RIGHT_PER_WRONG))
    ]
    for subject in subjects:
        if subject.role is not Role.STUB:
            those = few if subject.role is Role.WRONG else probers
            rounds = [pool.submit(p.compare, problem, subject.path, behaviours) for p in those]
            asked.pending.append((subject, rounds))
    return asked


def check_reach(asked: Asked) -> Iterator[Fault]:
    """Yield each behaviour that the probe neither asks about nor is excused from."""
    problem = asked.problem
    behaviours = set(asked.behaviours)
    ids = {behaviour.id for behaviour in problem.behaviours}
    place = short(problem.folder / "probe.py")
    for name in sorted(behaviours - ids):
        yield Fault(place, f"asks about behaviour `{name}`, which does not exist", "Mend its id")
    left_out = problem.unprobed.behaviours
    for name in sorted(left_out & behaviours):
        yield Fault(place, f"asks about behaviour `{name}` of [unprobed]", "Take it out there")
    missing = sorted(ids - behaviours - left_out)
    if not behaviours and missing:
        yield Fault(place, "asks about nothing", "Write it: problems/README.md says how")
        return
    for name in missing:
        remedy = f"Ask about it, or list it under [unprobed] in {METADATA}"
        yield Fault(place, f"does not ask about behaviour `{name}`", remedy)


def check_answers(asked: Asked) -> Iterator[Fault]:
    """Yield where the probe rejects what is right or does not tell what is wrong."""
    seen: set[str] = set()
    for subject, futures in asked.pending:
        rounds = _joined(asked.behaviours, [future.result() for future in futures])
        if subject.role is Role.WRONG:
            seen |= {name for name in asked.behaviours if all(rounds[name])}
            yield from _check_wrong(subject, rounds)
        else:
            yield from _check_right(subject, rounds)
    place = short(asked.problem.folder / "probe.py")
    for name in asked.behaviours if asked.pending else ():
        if name not in seen:
            what = f"tells no wrong solution by behaviour `{name}`"
            yield Fault(place, what, "Ask for more, or list it under [unprobed]")


def _joined(asked: Sequence[str], parts: Sequence[Rounds]) -> Rounds:
    return {name: [report for part in parts for report in part[name]] for name in asked}


def _check_right(subject: Subject, rounds: Rounds) -> Iterator[Fault]:
    for name, reports in rounds.items():
        for seed, report in enumerate(reports):
            if report is not None:
                said = one_line(report.message)
                what = f"is right but answers otherwise about `{name}` with seed {seed}: {said}"
                yield Fault(short(subject.path), what, "Mend the probe, or the solution")
                return


def _check_wrong(subject: Subject, rounds: Rounds) -> Iterator[Fault]:
    assert subject.wrong is not None
    for name, reports in rounds.items():
        agreeing = [seed for seed, report in enumerate(reports) if report is None]
        if name not in subject.wrong.breaks and len(agreeing) < len(reports):
            report = next(filter(None, reports))
            said = one_line(report.message)
            what = f"answers otherwise about `{name}`, which it does not break: {said}"
            yield Fault(short(subject.path), what, "Make the step ask about one behaviour only")
        if name in subject.wrong.breaks - subject.wrong.unseen and agreeing:
            what = f"answers the probe like the reference about `{name}` with seed {agreeing[0]}"
            remedy = f"Ask for what it does wrong, or list it as `unseen` in {METADATA}"
            yield Fault(short(subject.path), what, remedy)
