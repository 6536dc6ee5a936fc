"""The warm process: its death, its end, and what it takes with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.engine import Job, run_job
from grader.engine.choose import can_fork
from grader.engine.forking import ForkingEngine
from grader.errors import EngineError
from grader.isolation import Isolation
from grader.problem import Limits
from grader.workspace import Workspace

pytestmark = pytest.mark.skipif(not can_fork(), reason="needs an engine that forks")

Soon = Callable[[Callable[[], bool]], bool]
ProcessesOf = Callable[[Path], dict[int, str]]
LEAVES_A_CHILD = """
import subprocess
subprocess.Popen(["sleep", "300"], start_new_session=True)
"""
HANGS = """
import time
open({begun!r}, "w").close()
time.sleep(300)
"""


@pytest.fixture
def engine(tiny: Path) -> Iterator[ForkingEngine]:
    """Open the engine on the tiny workspace."""
    folders = [problem.folder for problem in Workspace(tiny).problems()]
    opened = ForkingEngine(tiny, folders, Isolation.NONE)
    yield opened
    opened.close()


def pid_of(engine: ForkingEngine) -> int:
    assert engine._process is not None
    return engine._process.pid


def job(root: Path) -> Job:
    path = root / "reference" / "p01_tiny.py"
    return Job("01", "p01_tiny", path, ("problems/01/test_hidden.py::test_adds",), Limits(60, 60))


def is_solved(engine: ForkingEngine, root: Path) -> bool:
    trial = run_job(engine, job(root))
    return all(report.outcome.is_pass for report in trial.reports.values())


@pytest.fixture
def begun(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the reference of the next problem hang at import; the file is there once it does."""
    # So that the workspace stands in the environment of what the solution starts.
    monkeypatch.setattr(tempfile, "tempdir", str(tiny))
    begun = tiny / "begun"
    source = HANGS.format(begun=str(begun))
    (tiny / "reference" / "p02_next.py").write_text(source, encoding="utf-8")
    return begun


@pytest.fixture
def begun_with_child(begun: Path, tiny: Path) -> Path:
    """Let it also leave a child, in a session of its own."""
    solution = tiny / "reference" / "p02_next.py"
    solution.write_text(LEAVES_A_CHILD + solution.read_text(encoding="utf-8"), encoding="utf-8")
    return begun


def hanging_job(root: Path) -> Job:
    path = root / "reference" / "p02_next.py"
    test = "problems/02/test_hidden.py::test_chance_is_chance"
    return Job("02", "p02_next", path, (test,), Limits(60, 60))


def test_a_worker_stays_on_the_core_it_began_on(engine: ForkingEngine, tiny: Path) -> None:
    solution = tiny / "reference" / "p01_tiny.py"
    says = "\nimport os\nprint(f'cores: {len(os.sched_getaffinity(0))}')\n"
    solution.write_text(solution.read_text(encoding="utf-8") + says, encoding="utf-8")

    trial = run_job(engine, job(tiny))

    assert trial.output.startswith("cores: 1\n")
    assert os.sched_getaffinity(pid_of(engine)) == os.sched_getaffinity(0)


def test_all_jobs_are_forks_of_one_process(engine: ForkingEngine, tiny: Path) -> None:
    engine.tests()
    first = pid_of(engine)

    assert is_solved(engine, tiny)
    assert is_solved(engine, tiny)
    assert pid_of(engine) == first


def test_a_warm_process_that_died_is_replaced(engine: ForkingEngine, tiny: Path) -> None:
    engine.tests()
    first = pid_of(engine)
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)

    assert is_solved(engine, tiny)
    assert pid_of(engine) != first


def test_a_warm_process_that_dies_during_a_job_fails_that_job_only(
    engine: ForkingEngine, tiny: Path, begun: Path, soon: Soon
) -> None:
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(run_job, engine, hanging_job(tiny))
        assert soon(begun.exists)
        os.kill(pid_of(engine), signal.SIGKILL)

    assert hanging.result().failure == "The engine ended while problem 02 was graded"
    assert is_solved(engine, tiny)


def test_a_warm_process_that_does_not_answer_is_an_error_and_replaced(
    engine: ForkingEngine, tiny: Path
) -> None:
    engine.tests()
    engine._tests.shutdown(2)

    trial = run_job(engine, job(tiny))

    assert trial.failure == "The warm process does not answer."
    assert is_solved(engine, tiny)


def test_a_warm_process_outlives_the_thread_that_started_it(
    engine: ForkingEngine, tiny: Path
) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(engine.tests).result()
    first = pid_of(engine)

    assert all(is_solved(engine, tiny) for _ in range(20))
    assert pid_of(engine) == first


def test_a_warm_process_that_does_not_end_is_killed(
    engine: ForkingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.engine.forking.EXIT_SECONDS", 0.0)
    engine.tests()
    warm = pid_of(engine)
    os.kill(warm, signal.SIGSTOP)

    engine.close()

    with pytest.raises(ProcessLookupError):
        os.kill(warm, 0)


def test_an_engine_without_its_folder_cannot_start(tmp_path: Path) -> None:
    engine = ForkingEngine(tmp_path, [tmp_path / "nowhere"])

    with pytest.raises(EngineError, match=r"ended at its start\. It said:\n.*nowhere"):
        engine.tests()


def test_closing_ends_also_what_left_its_session(
    engine: ForkingEngine, tiny: Path, begun_with_child: Path, soon: Soon, processes_of: ProcessesOf
) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(run_job, engine, hanging_job(tiny))
        assert soon(begun_with_child.exists)
        assert any("sleep" in text for text in processes_of(tiny).values())
        engine.close()

    assert not processes_of(tiny)


@pytest.fixture
def command(tiny: Path, begun_with_child: Path) -> Iterator[subprocess.Popen[str]]:
    """Start ``grader`` in a session of its own; the second problem hangs."""
    assert not begun_with_child.exists()
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "grader",
            "--solutions",
            "reference",
            "--jobs",
            "1",
            "--isolation",
            "none",
        ],
        cwd=tiny,
        env={**os.environ, "TMPDIR": str(tiny)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


def test_ctrl_c_shows_what_was_graded_and_leaves_nothing(
    command: subprocess.Popen[str],
    tiny: Path,
    begun_with_child: Path,
    soon: Soon,
    processes_of: ProcessesOf,
) -> None:
    assert command.stdout is not None
    first_row = command.stdout.readline()
    assert soon(begun_with_child.exists)

    os.killpg(command.pid, signal.SIGINT)
    out, err = command.communicate()

    assert command.returncode == 130
    assert (first_row.split()[:2], first_row.split()[-1]) == (["01", "Tiny"], "solved")
    assert "Interrupted: 1 of 2 not graded." in out
    assert err == ""
    assert not processes_of(tiny)


def test_a_grader_that_is_killed_leaves_nothing(
    command: subprocess.Popen[str],
    tiny: Path,
    begun_with_child: Path,
    soon: Soon,
    processes_of: ProcessesOf,
) -> None:
    assert soon(begun_with_child.exists)

    command.kill()
    command.communicate()

    assert soon(lambda: not processes_of(tiny)), processes_of(tiny)


def test_solutions_run_with_the_garbage_collector_on(engine: ForkingEngine, tiny: Path) -> None:
    path = tiny / "reference" / "p01_tiny.py"
    path.write_text(f"import gc\nassert gc.isenabled()\n{path.read_text()}")

    assert run_job(engine, job(tiny)).broken is None
