"""What every engine promises, on a tiny workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.engine import Engine, manifest
from grader.engine.choose import can_fork
from grader.engine.forking import ForkingEngine
from grader.engine.fresh import FreshEngine
from grader.errors import EngineError, ProblemFaults, UsageError
from grader.grade import grade
from grader.isolation import Isolation, Layer
from grader.outcome import Verdict
from grader.score import ProblemResult
from grader.workspace import Workspace

ENGINES: Mapping[str, type[ForkingEngine | FreshEngine]] = {
    **({"forking": ForkingEngine} if can_fork() else {}),
    "fresh": FreshEngine,
}


def open_on(root: Path, name: str) -> ForkingEngine | FreshEngine:
    folders = [problem.folder for problem in Workspace(root).problems()]
    return ENGINES[name](root, folders, Isolation.NONE)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tiny: Path) -> Iterator[Engine]:
    """Open each engine on the tiny workspace."""
    opened = open_on(tiny, request.param)
    yield opened
    opened.close()


def grade_all(engine: Engine, root: Path) -> list[ProblemResult]:
    """Grade the solutions in the workspace's ``reference``, side by side."""
    problems = Workspace(root).problems()
    paths = {p.number: root / "reference" / p.solution_name for p in problems}
    return list(grade(engine, problems, paths, jobs=2))


def add_to_solution(root: Path, name: str, source: str) -> None:
    """Let a reference solution begin with the standard library and end with ``source``."""
    path = root / "reference" / name
    path.write_text(f"import os, sys, time\n{path.read_text(encoding='utf-8')}\n\n{source}\n")


def test_the_reference_solves_every_problem(engine: Engine, tiny: Path) -> None:
    results = grade_all(engine, tiny)

    assert [result.verdict for result in results] == [Verdict.SOLVED, Verdict.SOLVED]
    assert [result.output for result in results] == ["", ""]


@pytest.mark.skipif(not can_fork(), reason="needs an engine that forks")
def test_the_engines_find_the_same_tests(tiny: Path) -> None:
    forking, fresh = (open_on(tiny, name) for name in ("forking", "fresh"))

    assert forking.tests() == fresh.tests()
    assert [len(tests) for tests in fresh.tests().values()] == [5, 4]
    forking.close()


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("times", [1, 2])
def test_required_walls_that_are_missing_stop_every_engine(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, name: str, times: int
) -> None:
    lacking = Layer("limits", "floods", "no such kernel", "Get one")
    monkeypatch.setattr(manifest, "Layer", lambda **_: lacking)
    folders = [problem.folder for problem in Workspace(tiny).problems()]
    engine = ENGINES[name](tiny, folders, Isolation.REQUIRE)

    for _ in range(times):
        with pytest.raises(UsageError, match="cannot be confined here"):
            engine.tests()
    engine.close()


def test_a_closed_engine_starts_nothing(engine: Engine, tiny: Path) -> None:
    engine.tests()
    engine.close()

    with pytest.raises(EngineError, match=r"The engine is closed\."):
        engine.tests()
    with pytest.raises(EngineError, match=r"The engine is closed\."):
        grade_all(engine, tiny)


def test_an_engine_may_be_closed_twice(engine: Engine) -> None:
    engine.close()

    engine.close()


def test_test_files_that_cannot_be_collected_are_named_each_time(
    engine: Engine, tiny: Path
) -> None:
    for number, line in (("01", "import nowhere"), ("02", "if:")):
        (tiny / "problems" / number / "test_hidden.py").write_text(line)

    for _ in range(2):
        with pytest.raises(ProblemFaults) as raised:
            engine.tests()
        places = [fault.place for fault in raised.value.faults]
        assert places == ["problems/01/test_hidden.py", "problems/02/test_hidden.py"]
    assert "No module named 'nowhere'" in str(raised.value)


def test_a_test_file_that_ends_the_process_is_an_error_with_its_last_words(
    engine: Engine, tiny: Path
) -> None:
    source = "import os\nos.write(2, b'good bye')\nos._exit(0)\n"
    (tiny / "problems" / "01" / "test_hidden.py").write_text(source)

    with pytest.raises(EngineError, match=r"said:\ngood bye$"):
        engine.tests()


def test_a_worker_sees_nothing_of_the_environment(
    engine: Engine, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "swordfish")
    monkeypatch.setenv("PYTHONPATH", "swordfish")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--swordfish")
    show = "os.write(1, b' '.join(os.environb) + open('/proc/self/environ', 'rb').read())"
    add_to_solution(tiny, "p01_tiny.py", f"{show}; os._exit(0)")

    output = grade_all(engine, tiny)[0].output

    assert output.startswith("PATH LANG TZ HOME TMPDIR")
    assert "swordfish" not in output


def test_a_workspace_that_makes_errors_of_warnings_breaks_no_solution(
    engine: Engine, tiny: Path
) -> None:
    settings = "[tool.pytest.ini_options]\nfilterwarnings = ['error']\n"
    (tiny / "pyproject.toml").write_text(settings, encoding="utf-8")
    add_to_solution(tiny, "p01_tiny.py", "import warnings; PATTERN = '\\d'; warnings.warn('old')")

    result = grade_all(engine, tiny)[0]

    assert (result.verdict, result.output) == (Verdict.SOLVED, "")


def test_jobs_run_side_by_side(engine: Engine, tiny: Path) -> None:
    os.mkfifo(tiny / "meeting")
    for name, mode in (("p01_tiny.py", "w"), ("p02_next.py", "r")):
        # Opening one end of a pipe waits until somebody opens the other.
        wait = f"open({str(tiny / 'meeting')!r}, {mode!r})"
        add_to_solution(tiny, name, f"if not hasattr(sys, 'met'): sys.met = {wait}")

    results = grade_all(engine, tiny)

    assert [result.verdict for result in results] == [Verdict.SOLVED, Verdict.SOLVED]


def test_closing_in_the_middle_of_a_job_ends_its_processes(
    engine: Engine,
    tiny: Path,
    soon: Callable[[Callable[[], bool]], bool],
    processes_of: Callable[[Path], dict[int, str]],
) -> None:
    hang = f"open({str(tiny / 'begun')!r}, 'w')\ntime.sleep(300)"
    add_to_solution(tiny, "p01_tiny.py", hang)

    with ThreadPoolExecutor(1) as pool:
        results = pool.submit(grade_all, engine, tiny)
        assert soon((tiny / "begun").exists)
        engine.close()

    assert results.result()[0].verdict is Verdict.GRADER_ERROR
    assert results.result()[0].message == "The engine ended while problem 01 was graded"
    assert soon(lambda: not processes_of(tiny))


LOOK = """
import sys
from pathlib import Path
from grader.engine import open_engine
from grader.grade import grade
from grader.workspace import Workspace

root = Path(sys.argv[1])
problems = Workspace(root).problems()
paths = {p.number: root / "reference" / p.solution_name for p in problems}
with open_engine(root, problems) as engine:
    print(*(result.verdict for result in grade(engine, problems, paths, jobs=2)))
print([name for name, module in sys.modules.items() if str(root) in str(module)])
"""


def test_the_process_that_holds_the_results_imports_no_test_and_no_solution(tiny: Path) -> None:
    command = [sys.executable, "-c", LOOK, str(tiny)]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["solved solved", "[]"]
