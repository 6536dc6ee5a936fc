"""What trust costs: walls, canaries and probes, beside a grading without them.

    python tests/benchmarks/trust.py [--times 10]

Each problem's reference is graded bare, confined, with canaries too, and with probes too, in turn,
so that a busy machine slows all of them alike. Printed are medians in milliseconds and their
ratios; the last line is the whole scorecard on all cores.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from grader.cores import available_cores
from grader.engine import Engine, Job, open_engine, run_job
from grader.grade import grade
from grader.isolation import Isolation
from grader.probe import Prober, new_seed
from grader.problem import Problem
from grader.workspace import Workspace

WAYS = ("bare", "confined", "canaries", "probes")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--times", type=int, default=10)
    times = parser.parse_args().times
    workspace = Workspace.find(Path(__file__).resolve().parent)
    problems = workspace.problems()
    with ExitStack() as stack:
        bare = stack.enter_context(open_engine(workspace.root, problems, Isolation.NONE))
        confined = stack.enter_context(open_engine(workspace.root, problems, Isolation.BEST))
        bare.tests(), confined.tests()
        print(f"{'ms':<4}" + "".join(f"{way:>10}" for way in WAYS) + "     each against bare")
        for problem in problems:
            ways = _ways(workspace, problem, bare, confined)
            print_row(problem.number, medians(ways, times))
        print_row("all", medians(_whole(workspace, problems, bare, confined), times))
        print(f"Isolation: {confined.isolation}")


def _ways(
    workspace: Workspace, problem: Problem, bare: Engine, confined: Engine
) -> Sequence[Callable[[], object]]:
    path = workspace.reference / problem.solution_name
    prober = Prober(confined, workspace.reference, [new_seed()])
    tests = tuple(case.id for case in bare.tests()[problem.number] if case.is_hidden)

    def job(*, with_canaries: bool = False) -> Job:
        canaries = confined.canaries()[problem.number] if with_canaries else ()
        return Job(problem.number, problem.slug, path, tests, problem.limits, canaries=canaries)

    return (
        lambda: run_job(bare, job()),
        lambda: run_job(confined, job()),
        lambda: run_job(confined, job(with_canaries=True)),
        lambda: list(grade(confined, [problem], {problem.number: path}, prober, jobs=1)),
    )


def _whole(
    workspace: Workspace, problems: Sequence[Problem], bare: Engine, confined: Engine
) -> Sequence[Callable[[], object]]:
    """Grade all problems on all cores: bare, and with everything."""
    paths = {p.number: workspace.reference / p.solution_name for p in problems}
    cores = available_cores()

    def everything() -> object:
        prober = Prober(confined, workspace.reference, [new_seed()])
        return list(grade(confined, problems, paths, prober, jobs=cores))

    return (
        lambda: list(grade(_WithoutCanaries(bare), problems, paths, jobs=cores)),
        lambda: list(grade(_WithoutCanaries(confined), problems, paths, jobs=cores)),
        lambda: list(grade(confined, problems, paths, jobs=cores)),
        everything,
    )


class _WithoutCanaries:
    """An engine that has none to give."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.isolation = engine.isolation
        self.tests = engine.tests
        self.probes = engine.probes
        self.start = engine.start
        self.close = engine.close

    def canaries(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {}


def medians(ways: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Return the median wall time of each way in milliseconds, all taken in turn."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(times):
        for way, found in zip(ways, taken, strict=True):
            began = time.perf_counter()
            way()
            found.append(1000 * (time.perf_counter() - began))
    return [statistics.median(found) for found in taken]


def print_row(name: str, found: Sequence[float]) -> None:
    row = "".join(f"{milliseconds:10.1f}" for milliseconds in found)
    ratios = "".join(f"{milliseconds / found[0]:6.2f}" for milliseconds in found[1:])
    print(f"{name:<4}{row}    {ratios}", flush=True)


if __name__ == "__main__":
    main()
