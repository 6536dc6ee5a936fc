"""How often is somebody honest called tampered? Every right solution, with canaries anew.

    python tests/benchmarks/false_alarms.py [--times 200] [NN ...]

Canaries are made anew for each of ``times`` / 20 engines, and run 20 times in each, alone. Wrong
solutions are as honest as right ones: they run once, for the first engine. Every line must say 0;
what is known so far stands on standard error.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.cores import available_cores
from grader.engine import Engine, Job, open_engine, run_job
from grader.isolation import Isolation
from grader.problem import Problem
from grader.workspace import Workspace

RUNS_PER_ENGINE = 20


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("numbers", nargs="*")
    options = parser.parse_args()
    workspace = Workspace.find(Path(__file__).resolve().parent)
    problems = workspace.problems(options.numbers)
    right = dict.fromkeys(problems, 0)
    wrong = dict.fromkeys(problems, 0)
    for turn in range(-(-options.times // RUNS_PER_ENGINE)):
        with open_engine(workspace.root, problems, Isolation.BEST) as engine:
            for problem in problems:
                honest = [workspace.reference / problem.solution_name, *problem.right]
                right[problem] += alarms(engine, problem, honest * RUNS_PER_ENGINE)
                others = [w.path for w in problem.wrong if not w.ends]
                wrong[problem] += alarms(engine, problem, [] if turn else others)
        times, alarmed = (turn + 1) * RUNS_PER_ENGINE, sum(right.values()) + sum(wrong.values())
        print(f"{times} times: {alarmed} alarms", file=sys.stderr)
    for problem in problems:
        print(f"{problem.number}  right {right[problem]}  wrong {wrong[problem]}")


def alarms(engine: Engine, problem: Problem, paths: list[Path]) -> int:
    """Return how many of the solutions are called tampered."""
    engine.tests()
    canaries = engine.canaries()[problem.number]

    def is_tampered(path: Path) -> bool:
        base = problem.base_of(path)
        limits = problem.limits
        job = Job(problem.number, problem.slug, path, (), limits, base=base, canaries=canaries)
        return run_job(engine, job).is_tampered

    with ThreadPoolExecutor(available_cores()) as pool:
        return sum(pool.map(is_tampered, paths))


if __name__ == "__main__":
    main()
