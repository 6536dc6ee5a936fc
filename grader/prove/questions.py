"""Does the probe agree with what is right, and does it see what is wrong?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path

from grader.engine import Engine
from grader.errors import Fault
from grader.loader import METADATA, short
from grader.outcome import TestReport
from grader.probe import Prober
from grader.problem import Problem
from grader.prove.trials import Role, Subject

# How many seeds one process is asked for: more in one message would be a flood.
BATCH = 25
# A wrong solution is asked with fewer seeds than a right one.
SEEDS_OF_RIGHT_PER_WRONG = 20
Rounds = dict[str, list[TestReport | None]]


def check_probe(
    engine: Engine,
    pool: Executor,
    problem: Problem,
    reference: Path,
    subjects: Sequence[Subject],
    *,
    seeds: int,
) -> Iterator[Fault]:
    """Yield where the probe rejects what is right or does not tell what is wrong.

    What is right is asked with ``seeds`` seeds, what is wrong with a twentieth of them.
    """
    asked = engine.probes().get(problem.number, ())
    if asked:
        yield from _check_reach(problem, asked)
    if not (asked and reference.exists() and seeds):
        return
    probers = [
        Prober(engine, reference.parent, range(start, min(start + BATCH, seeds)))
        for start in range(0, seeds, BATCH)
    ]
    # Each seed in a process of its own, as in a grading: wrong ones may leave threads behind.
    few = [
        Prober(engine, reference.parent, [seed])
        for seed in range(-(-seeds // SEEDS_OF_RIGHT_PER_WRONG))
    ]
    pending: list[tuple[Subject, list[Future[Rounds]]]] = [
        (
            subject,
            [
                pool.submit(prober.compare, problem, subject.path, asked)
                for prober in (few if subject.role is Role.WRONG else probers)
            ],
        )
        for subject in subjects
        if subject.role is not Role.STUB
    ]
    seen: set[str] = set()
    for subject, futures in pending:
        rounds = _joined(asked, [future.result() for future in futures])
        if subject.role is Role.WRONG:
            seen |= {name for name in asked if all(rounds[name])}
            yield from _check_wrong(subject, rounds)
        else:
            yield from _check_right(subject, rounds)
    for name in asked:
        if name not in seen:
            what = f"its probe tells no wrong solution by behaviour `{name}`"
            yield Fault(short(problem.folder), what, "Ask for more, or list it under [unprobed]")


def _check_reach(problem: Problem, asked: Sequence[str]) -> Iterator[Fault]:
    """Yield each behaviour that the probe neither asks about nor is excused from."""
    ids = {behaviour.id for behaviour in problem.behaviours}
    place = short(problem.folder / "probe.py")
    for name in sorted(set(asked) - ids):
        yield Fault(place, f"asks about behaviour `{name}`, which does not exist", "Mend its id")
    left_out = problem.unprobed.behaviours
    for name in sorted(left_out & set(asked)):
        yield Fault(place, f"asks about behaviour `{name}` of [unprobed]", "Take it out there")
    for name in sorted(ids - set(asked) - left_out):
        remedy = f"Ask about it, or list it under [unprobed] in {METADATA}"
        yield Fault(place, f"does not ask about behaviour `{name}`", remedy)


def _joined(asked: Sequence[str], parts: Sequence[Rounds]) -> Rounds:
    return {name: [report for part in parts for report in part[name]] for name in asked}


def _check_right(subject: Subject, rounds: Rounds) -> Iterator[Fault]:
    for name, reports in rounds.items():
        for seed, report in enumerate(reports):
            if report is not None:
                said = " / ".join(line.strip() for line in report.message.splitlines())
                what = f"is right but answers otherwise about `{name}` with seed {seed}: {said}"
                yield Fault(short(subject.path), what, "Mend the probe, or the solution")
                return


def _check_wrong(subject: Subject, rounds: Rounds) -> Iterator[Fault]:
    assert subject.wrong is not None
    for name, reports in rounds.items():
        agreeing = [seed for seed, report in enumerate(reports) if report is None]
        if name not in subject.wrong.breaks and len(agreeing) < len(reports):
            report = next(filter(None, reports))
            said = " / ".join(line.strip() for line in report.message.splitlines())
            what = f"answers otherwise about `{name}`, which it does not break: {said}"
            yield Fault(short(subject.path), what, "Make the step ask about one behaviour only")
        if name in subject.wrong.breaks - subject.wrong.unseen and agreeing:
            what = f"answers the probe like the reference about `{name}` with seed {agreeing[0]}"
            remedy = f"Ask for what it does wrong, or list it as `unseen` in {METADATA}"
            yield Fault(short(subject.path), what, remedy)
