"""Grade solutions: jobs side by side on the cores, results in the order of the problems."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from grader.case import TestCase
from grader.engine import Engine, Job, run_job
from grader.problem import Problem
from grader.score import ProblemResult, not_handed_in, score


@contextmanager
def job_pool(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool that runs ``jobs`` jobs at a time; on an error, those not begun are dropped."""
    pool = ThreadPoolExecutor(jobs)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def grade(
    engine: Engine, problems: Sequence[Problem], paths: Mapping[str, Path], *, jobs: int
) -> Iterator[ProblemResult]:
    """Yield each problem's result, in order, as soon as it and those before it are there.

    ``paths`` has each problem's solution by number. Raises ProblemFaults where tests cannot be
    collected.
    """
    tests = engine.tests()
    with job_pool(jobs) as pool:
        futures: list[Future[ProblemResult]] = [
            pool.submit(
                _grade_one, engine, problem, paths[problem.number], tests.get(problem.number, ())
            )
            for problem in problems
        ]
        for future in futures:
            yield future.result()


def _grade_one(
    engine: Engine, problem: Problem, path: Path, cases: Sequence[TestCase]
) -> ProblemResult:
    if not os.path.lexists(path):
        return not_handed_in(problem, path)
    hidden = tuple(case.id for case in cases if case.is_hidden)
    job = Job(problem.number, problem.slug, path, hidden, problem.limits)
    return score(problem, path, cases, run_job(engine, job))
