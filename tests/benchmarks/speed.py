"""How fast is a grading? Ratios measured in one run: ``python tests/benchmarks/speed.py``.

1. The whole scorecard of the reference, against one ``pytest`` process that judges the same
   solutions without isolation, and against one cold ``pytest`` process per problem.
2. What the engine adds to a problem's own tests: a generated problem of twelve trivial tests.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.engine import Job, run_job
from grader.engine.forking import ForkingEngine
from grader.engine.fresh import FreshEngine
from grader.engine.worker import Engine
from grader.problem import Limits

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
REFERENCE = ["--solutions", "reference"]
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "no:randomly", *REFERENCE]


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def command(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True)


def medians(actions: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Time the actions in turn, so that the machine's moods meet all of them alike."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            times[name].append(seconds(action))
    return {name: statistics.median(values) for name, values in times.items()}


def scorecard(rounds: int) -> None:
    folders = sorted(str(path) for path in ROOT.glob("problems/[0-9][0-9]"))
    cold = [command(*PYTEST, folder) for folder in folders]
    actions: dict[str, Callable[[], object]] = {
        "grader": command(PYTHON, "-m", "grader", *REFERENCE),
        "one pytest": command(*PYTEST, *folders),
        "cold pytests": lambda: [run() for run in cold],
    }
    found = medians(actions, rounds)
    base = found["grader"]
    print(f"scorecard of {len(folders)} problems (median of {rounds})")
    for name, value in found.items():
        print(f"  {name:<14} {value:6.2f} s   {value / base:5.2f} x grader")


def workspace(root: Path) -> tuple[Path, tuple[str, ...]]:
    """Write one problem of twelve trivial tests; return its folder and the tests' names."""
    folder = root / "problems" / "01"
    folder.mkdir(parents=True)
    tests = "".join(
        f"@pytest.mark.behaviour('b')\ndef test_{n}(solution):\n    assert solution.f({n}) == {n}\n"
        for n in range(12)
    )
    (folder / "test_hidden.py").write_text(f"import pytest\n\n{tests}")
    (folder / "problem.toml").write_text(
        textwrap.dedent("""
            slug = "p01_f"
            title = "F"
            level = 1
            minutes = 1
            points = 1
            [[behaviours]]
            id = "b"
            title = "b"
            points = 1
            hints = ["a", "b", "c"]
            [[wrong]]
            name = "w"
            breaks = ["b"]
        """)
    )
    (root / "p01_f.py").write_text("def f(x):\n    return x\n")
    return folder, tuple(f"problems/01/test_hidden.py::test_{n}" for n in range(12))


def cost_of(engine: Engine, job: Job, rounds: int) -> tuple[float, float]:
    """Return the median seconds of a whole job, and of its tests alone."""
    engine.tests()
    trials = [run_job(engine, job) for _ in range(rounds + 1)][1:]
    assert all(r.outcome.is_pass for trial in trials for r in trial.reports.values())
    return (
        statistics.median(trial.seconds for trial in trials),
        statistics.median(trial.wall_seconds for trial in trials),
    )


def engine_cost(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folder, tests = workspace(root)
        job = Job("01", "p01_f", root / "p01_f.py", tests, Limits())
        print(f"one problem of {len(tests)} trivial tests (medians)")
        engines: Sequence[tuple[str, type[ForkingEngine | FreshEngine], int]] = (
            ("fork", ForkingEngine, rounds),
            ("fresh", FreshEngine, max(3, rounds // 10)),
        )
        for name, kind, repetitions in engines:
            engine = kind(root, [folder])
            try:
                whole, own = cost_of(engine, job, repetitions)
            finally:
                engine.close()
            added = (whole - own) * 1000
            print(
                f"  {name:<6} {whole * 1000:7.1f} ms, of which the tests {own * 1000:5.1f} ms;"
                f" the engine adds {added:6.1f} ms, {added / (own * 1000):6.1f} x the tests"
            )


if __name__ == "__main__":
    scorecard(rounds=5)
    engine_cost(rounds=50)
