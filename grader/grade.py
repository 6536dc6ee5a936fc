"""Grade solutions: jobs side by side on the cores, results in the order of the problems."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from grader.case import TestCase, Trial
from grader.engine import Engine, Job, run_job
from grader.errors import EngineError
from grader.probe import Prober
from grader.problem import Problem
from grader.score import ProblemResult, not_handed_in, score
from grader.text import safe_str


@contextmanager
def job_pool(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool that runs ``jobs`` jobs at a time; on an error, those not begun are dropped."""
    pool = ThreadPoolExecutor(jobs)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def grade(
    engine: Engine,
    problems: Sequence[Problem],
    paths: Mapping[str, Path],
    prober: Prober | None = None,
    *,
    jobs: int,
) -> Iterator[ProblemResult]:
    """Yield each problem's result, in order, as soon as it and those before it are there.

    ``paths`` has each problem's solution by number. What passes its tests is asked by the
    ``prober`` as well. Raises ProblemFaults where tests cannot be collected.
    """
    tests = engine.tests()
    with job_pool(jobs) as pool:
        futures: list[Future[ProblemResult]] = [
            pool.submit(
                _grade_one,
                engine,
                problem,
                paths[problem.number],
                tests.get(problem.number, ()),
                prober,
            )
            for problem in problems
        ]
        for future in futures:
            yield future.result()


def _grade_one(
    engine: Engine, problem: Problem, path: Path, cases: Sequence[TestCase], prober: Prober | None
) -> ProblemResult:
    *_, (result, _) = grade_in_steps(engine, problem, path, cases, prober)
    return result


def grade_in_steps(
    engine: Engine, problem: Problem, path: Path, cases: Sequence[TestCase], prober: Prober | None
) -> Iterator[tuple[ProblemResult, bool]]:
    """Yield one problem's result after its tests, and again after its probe if that is asked.

    Beside each stands whether it is the last.
    """
    if not os.path.lexists(path):
        yield not_handed_in(problem, path), True
        return
    hidden = tuple(case.id for case in cases if case.is_hidden)
    job = Job(
        problem.number,
        problem.slug,
        path,
        hidden,
        problem.limits,
        base=problem.base_of(path),
        canaries=engine.canaries().get(problem.number, ()),
    )
    trial = Trial()
    try:
        trial = run_job(engine, job)
        result = score(problem, path, cases, trial)
        # What failed its tests is lost already.
        asked = prober.asks_about(problem) if prober else ()
        left = [name for name in asked if name in result.passed_ids]
        yield result, not left
        if prober is not None and left:
            answered = prober.disagreements(problem, path, left)
            yield score(problem, path, cases, trial, answered), True
    except Exception as error:  # noqa: BLE001  # whatever it is, it costs this problem only
        known = isinstance(error, EngineError)
        trial.failure = str(error) if known else f"{type(error).__name__}: {safe_str(error)}"
        yield score(problem, path, cases, trial), True
