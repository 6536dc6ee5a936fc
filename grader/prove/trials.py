"""Run every solution of a problem folder, as often and in as many orders as asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from grader.case import TestCase, Trial
from grader.engine import Engine, Job, run_job
from grader.errors import EngineError
from grader.problem import Problem, WrongSolution


class Role(StrEnum):
    """What a solution is there for."""

    STUB = "stub"
    REFERENCE = "reference"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Run:
    """One trial, and what was particular about it, in words."""

    circumstances: str
    trial: Trial


@dataclass(slots=True)
class Subject:
    """One solution, the tests it is run against, and its runs."""

    role: Role
    path: Path
    cases: Sequence[TestCase]
    wrong: WrongSolution | None = None
    runs: list[Run] = field(default_factory=list)


def subjects(problem: Problem, reference: Path, cases: Sequence[TestCase]) -> list[Subject]:
    """Return the solutions of a problem that are there."""
    hidden = [case for case in cases if case.is_hidden]
    found = [
        Subject(Role.STUB, problem.stub, cases),
        Subject(Role.REFERENCE, reference, cases),
        *(Subject(Role.RIGHT, path, cases) for path in problem.right),
        *(Subject(Role.WRONG, wrong.path, hidden, wrong) for wrong in problem.wrong),
    ]
    return [subject for subject in found if subject.path.exists()]


def plan_runs(
    engine: Engine, problem: Problem, subject: Subject, *, repeat: int, seeds: int
) -> list[Callable[[], Run]]:
    """Return what runs one solution once, for each of its runs; it raises EngineError.

    The first takes the tests in their order, the others in an order of their own; then come the
    runs with other seeds of hypothesis.
    """
    if subject.role is Role.STUB:
        repeat, seeds = 1, 0
    elif subject.role is Role.WRONG:
        repeat = -(-repeat // 10)
    # Not among the reference's tests, whose time counts.
    honest = subject.role is Role.RIGHT
    canaries = engine.canaries().get(problem.number, ()) if honest else ()
    tests = tuple(case.id for case in subject.cases)
    plan: list[tuple[str, tuple[str, ...], int | None]]
    plan = [(f"run {index + 1}", _shuffled(tests, index), None) for index in range(repeat)]
    plan += [(f"hypothesis seed {seed}", tests, seed) for seed in range(1, seeds + 1)]

    def run(circumstances: str, order: tuple[str, ...], seed: int | None) -> Run:
        job = Job(
            problem.number,
            problem.slug,
            subject.path,
            order,
            problem.limits,
            seed,
            base=problem.base_of(subject.path),
            canaries=canaries,
        )
        trial = run_job(engine, job)
        if trial.failure is not None:
            raise EngineError(trial.failure)
        return Run(circumstances, trial)

    return [partial(run, *parts) for parts in plan]


def _shuffled(tests: tuple[str, ...], index: int) -> tuple[str, ...]:
    """Return the tests in the order of one run: always the same for the same run."""
    order = list(tests)
    if index:
        random.Random(index).shuffle(order)  # noqa: S311  # an order, not a secret
    return tuple(order)


def failing_tests(subject: Subject, run: Run) -> Iterator[TestCase]:
    """Yield the tests that did not pass in a run."""
    for case in subject.cases:
        if not run.trial.reports[case.id].outcome.is_pass:
            yield case
