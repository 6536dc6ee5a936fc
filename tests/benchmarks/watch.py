"""How soon is an answer there? Ratios measured in one run: ``python tests/benchmarks/watch.py``.

1. From the save of a solution to its verdict on the screen of ``grader watch``, against the same
   tests run by pytest inside a process that has imported everything before (collection and all),
   and against what the tests take by themselves.
2. The first row of a bare ``grader``, and the whole of ``grader --help``, against a Python that
   does nothing.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

from grader.engine import Job, open_engine, run_job
from grader.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
NUMBERS = ("01", "07", "10", "16")
FULL_MARKS = r"\b(\d+)/\1 points"
# Run apart, the first round for the imports: each round loads the tests and the solution anew.
BARE = """
import contextlib, io, statistics, time
import pytest
times = []
for _ in range({rounds} + 1):
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        code = pytest.main(["-q", "-p", "no:randomly", "-p", "no:cacheprovider", *{arguments!r}])
    times.append(time.perf_counter() - start)
    assert code == 0, code
print(statistics.median(times[1:]))
"""


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def bare(number: str, rounds: int) -> float:
    """Return the seconds that pytest takes for a problem's reference, in a process of its own."""
    arguments = [f"problems/{number}", "--solutions", "reference"]
    code = BARE.format(rounds=rounds, arguments=arguments)
    done = subprocess.run(
        [PYTHON, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return float(done.stdout.splitlines()[-1])


def tests_alone(number: str, rounds: int) -> float:
    """Return the wall seconds that the hidden tests take by themselves: no start, no collection."""
    [problem] = Workspace(ROOT).problems([number])
    path = ROOT / "reference" / problem.solution_name
    with open_engine(ROOT, [problem]) as engine:
        hidden = tuple(case.id for case in engine.tests()[number] if case.is_hidden)
        job = Job(number, problem.slug, path, hidden, problem.limits)
        return statistics.median(run_job(engine, job).wall_seconds for _ in range(rounds))


class Screen:
    """`grader watch` in a terminal, and what it writes there."""

    def __init__(self, root: Path, number: str) -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (60, 100))
        self.process = subprocess.Popen(
            [PYTHON, "-m", "grader", "watch", number],
            cwd=root,
            env={**os.environ, "TERM": "xterm"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.text = ""

    def wait_for(self, pattern: str) -> None:
        """Read until something matches; what was on the screen before does not count."""
        while not (found := re.search(pattern, self.text)):
            if not select.select([self.master], [], [], 60.0)[0]:
                raise TimeoutError(f"no {pattern!r} on the screen")
            self.text += os.read(self.master, 65536).decode(errors="replace")
        self.text = self.text[found.end() :]

    def close(self) -> None:
        os.write(self.master, b"q")
        self.process.wait()
        os.close(self.master)


def save_to_verdict(number: str, rounds: int) -> tuple[float, float]:
    """Return the seconds from a save to the tests' verdict, and to the probe's."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name in ("problems", "stubs", "reference"):
            shutil.copytree(ROOT / name, root / name)
        [reference] = root.glob(f"reference/p{number}_*.py")
        stub = root / "stubs" / reference.name
        pristine = stub.read_text()
        screen = Screen(root, number)
        screen.wait_for(" 0/")
        screen.wait_for("q quit")
        tested, asked = [], []
        for _ in range(rounds):
            start = time.perf_counter()
            rename_over(stub, reference.read_text())
            # Full marks: the old card, drawn again while the tests run, has none.
            screen.wait_for(FULL_MARKS)
            tested.append(time.perf_counter() - start)
            screen.wait_for(r"Solved\.")
            asked.append(time.perf_counter() - start)
            rename_over(stub, pristine)
            screen.wait_for(" 0/")
            screen.wait_for("q quit")
        screen.close()
    return statistics.median(tested), statistics.median(asked)


def rename_over(path: Path, text: str) -> None:
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


def until_first_row() -> float:
    """Run a bare ``grader`` until it has printed one line; return the seconds."""
    start = time.perf_counter()
    with subprocess.Popen(
        [PYTHON, "-m", "grader"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = time.perf_counter() - start
        process.terminate()
        process.stdout.read()
    return found


def start_up(rounds: int) -> None:
    actions: dict[str, Callable[[], float]] = {
        "python -c pass": lambda: seconds(
            lambda: subprocess.run([PYTHON, "-c", "pass"], check=True)
        ),
        "grader --help": lambda: seconds(
            lambda: subprocess.run(
                [PYTHON, "-m", "grader", "--help"], check=True, capture_output=True
            )
        ),
        "grader: first row": until_first_row,
    }
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            times[name].append(action())
    base = statistics.median(times["python -c pass"])
    for name, found in times.items():
        value = statistics.median(found)
        print(f"  {name:<20} {value * 1000:7.0f} ms   {value / base:6.1f} x python -c pass")


if __name__ == "__main__":
    print("from save to verdict (medians)")
    for one in NUMBERS:
        whole_pytest, alone = bare(one, rounds=9), tests_alone(one, rounds=9)
        tested, probed = save_to_verdict(one, rounds=9)
        print(
            f"  {one}  pytest, warm {whole_pytest * 1000:6.0f} ms, its tests {alone * 1000:6.0f} ms"
        )
        for what, value in (("tests' verdict", tested), ("probe's verdict", probed)):
            print(
                f"      {what:<16} {value * 1000:6.0f} ms   {value / whole_pytest:5.2f} x pytest"
                f"   {value / alone:6.2f} x the tests alone",
                flush=True,
            )
    print("start (medians)")
    start_up(rounds=9)
