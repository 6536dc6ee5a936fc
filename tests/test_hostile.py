"""What each vice of ``tests/hostile`` costs: its own test or problem, and nothing else."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.case import Trial
from grader.engine import Engine, Job, run_job
from grader.engine.choose import can_fork
from grader.engine.forking import ForkingEngine
from grader.engine.fresh import FreshEngine
from grader.isolation import Isolation, lacking, survey
from grader.outcome import Outcome, TestReport, Verdict
from grader.problem import Limits, Problem
from grader.score import score
from grader.workspace import Workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such processes")

HOSTILE = Path(__file__).parent / "hostile"


def can_confine() -> bool:
    """Tell whether all that confines solutions is to be had here."""
    return not lacking(survey())


# For vices that do not hang: no verdict may depend on how busy the machine is.
PATIENT = Limits(test_seconds=60.0, problem_seconds=120.0)
# Must stay in the folder that holds all scratch folders.
KEEPSAKE = "keepsake"
# The first is the best that there is here.
ENGINES: dict[str, tuple[type[ForkingEngine | FreshEngine], Isolation]] = {
    **({"confined": (ForkingEngine, Isolation.REQUIRE)} if can_confine() else {}),
    **({"bare": (ForkingEngine, Isolation.NONE)} if can_fork() else {}),
    "fresh": (FreshEngine, Isolation.NONE),
}
Soon = Callable[[Callable[[], bool]], bool]
OTHERS = ("test_doubles_a_number", "test_doubles_a_text", "test_adds", "test_greets")

LATE = "Did not end within 1 seconds"
TIMEOUTS = {
    "loops_for_ever": LATE,
    "catches_everything_and_loops_on": LATE,
    "deadlocks": LATE,
    "stops_itself": LATE,
    "ignores_every_signal": LATE,
    "regular_expression_never_returns": LATE,
    "big_integer_never_returns": LATE,
    "error_text_hangs": LATE,
    "hangs_beside_busy_threads": LATE,
}
MUTED = "Ended the process: it could not say any more how its tests end"
CRASHES = {
    "exits_the_process": "Ended the process: exit status 0",
    "segfaults": "Ended the process: killed by SIGSEGV",
    "aborts": "Ended the process: killed by SIGABRT",
    "terminates_itself": "Ended the process: killed by SIGTERM",
    "closes_every_descriptor": MUTED,
}
CALLED = "Called     shout('hello')\n"
OF_PYTEST = "an outcome of pytest: a test that did not run to its end did not pass"
FAILURES = {
    "calls_sys_exit": "Raised     SystemExit: 0",
    "raises_system_exit": "Raised     SystemExit",
    "raises_keyboard_interrupt": "KeyboardInterrupt, which would end the whole program",
    "calls_pytest_exit": "Raised     Exit, which would end the whole program",
    "calls_pytest_skip": OF_PYTEST,
    "calls_pytest_xfail": OF_PYTEST,
    "recurses_for_ever": "Raised     RecursionError: `shout` keeps calling itself",
    "error_text_raises": "Raised     Mute: <Mute object whose text raised RuntimeError>",
    "error_text_is_huge": f"Raised     ValueError: {'x' * 372} … {'x' * 125}",
    "error_notes_raise": "Raised     RuntimeError: no notes",
    "error_text_controls_the_terminal": r"\x1b[2J\x9b31m\xd800\x202e\x00",
    "result_has_no_text": "Returned   <Shapeless object whose text raised RuntimeError>",
    "reads_standard_input": "Raised     EOFError: EOF when reading a line",
    "prints_a_fake_verdict": "Expected   'HELLO!'",
}
# Denied where solutions are confined; elsewhere it costs nothing.
DENIED = [
    "leaves_a_child",
    "leaves_a_child_in_a_session",
    "leaves_a_daemon",
    "forks_and_returns_twice",
    "deletes_the_working_directory",
    "replaces_the_working_directory",
]
FREE = [
    "prints_one_long_line",
    "prints_many_lines",
    "prints_binary",
    "writes_to_every_descriptor",
    "starts_a_thread_that_never_ends",
    "changes_the_working_directory",
    "digs_deep_folders",
    "takes_its_rights_away",
    "registers_at_exit",
    "closes_standard_output",
    "writes_to_a_broken_pipe",
    "patches_the_clock_and_chance",
]
HANGING_IMPORTS = {
    f"import_{vice}": f"{LATE} while it was imported"
    for vice in (
        "loops_for_ever",
        "catches_everything_and_loops_on",
        "stops_itself",
        "error_text_hangs",
    )
}
IMPORTS = HANGING_IMPORTS | {
    "import_calls_sys_exit": "raised SystemExit while it was imported: 0",
    "import_raises_keyboard_interrupt": "raised KeyboardInterrupt while it was imported",
    "import_calls_pytest_skip": "raised Skipped while it was imported: no",
    "import_recurses_for_ever": "raised RecursionError while it was imported",
    "import_exits_the_process": "Ended the process: exit status 0 while it was imported",
    "import_segfaults": "Ended the process: killed by SIGSEGV while it was imported",
    "import_closes_every_descriptor": MUTED,
}


@dataclasses.dataclass
class Graded:
    """How the tiny problem ended, and the next one, graded beside it and after it."""

    trial: Trial
    verdict: Verdict
    next_ones: set[Verdict]

    @property
    def outcomes(self) -> dict[str, str]:
        return {test.split("::")[1]: r.outcome.value for test, r in self.trial.reports.items()}

    @property
    def shouts(self) -> TestReport:
        return self.trial.reports["problems/01/test_hidden.py::test_shouts"]


class Yard:
    """A place to grade what is hostile, and to look at what it left behind."""

    def __init__(self, engine: Engine, root: Path) -> None:
        self.engine = engine
        self.root = root
        self.scratch = root / "scratch"
        self.reference = root / "reference"
        self.tests = engine.tests()
        self.tiny, self.next_one = Workspace(root).problems()

    def grade(self, solution: Path, limits: Limits = PATIENT) -> Graded:
        answer = self.reference / "p02_next.py"
        with ThreadPoolExecutor(1) as pool:
            beside = pool.submit(self._judge, self.next_one, answer, PATIENT)
            trial, verdict = self._judge(self.tiny, solution, limits)
        next_ones = {beside.result()[1]}
        if isinstance(self.engine, ForkingEngine):
            next_ones.add(self._judge(self.next_one, answer, PATIENT)[1])
        return Graded(trial, verdict, next_ones)

    def left_behind(self, processes: dict[int, str]) -> list[str]:
        """Return the scratch folders and the ``processes``, but for the engine's own."""
        own = set()
        if isinstance(self.engine, ForkingEngine) and self.engine._process:
            own.add(self.engine._process.pid)
        folders = {path.name for path in self.scratch.iterdir()} ^ {KEEPSAKE}
        return sorted(folders) + [text for pid, text in processes.items() if pid not in own]

    def _judge(self, problem: Problem, path: Path, limits: Limits) -> tuple[Trial, Verdict]:
        cases = self.tests[problem.number]
        tests = tuple(case.id for case in cases)
        trial = run_job(self.engine, Job(problem.number, problem.slug, path, tests, limits))
        return trial, score(problem, path, cases, trial).verdict


def line_marked_in(solution: Path) -> str | None:
    """Return the line of a vice that its outcome must name, if there is one."""
    lines = solution.read_text(encoding="utf-8").splitlines()
    marked = [f"{solution}:{number}" for number, line in enumerate(lines, 1) if "# here" in line]
    return next(iter(marked), None)


@pytest.fixture(scope="module")
def yards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Yard]]:
    """Open a yard with each engine."""
    yards = {}
    for name, (engine, isolation) in ENGINES.items():
        root = shutil.copytree(HOSTILE / "workspace", tmp_path_factory.mktemp(name) / "workspace")
        (root / "scratch" / KEEPSAKE).mkdir(parents=True)
        folders = [problem.folder for problem in Workspace(root).problems()]
        yards[name] = Yard(engine(root, folders, isolation), root)
    yield yards
    for yard in yards.values():
        yard.engine.close()
        # Where the engine left something, pytest's own cleaning must not stumble over it.
        subprocess.run(["/bin/rm", "-rf", str(yard.scratch)], check=True)


@pytest.fixture
def yard(
    request: pytest.FixtureRequest,
    yards: dict[str, Yard],
    monkeypatch: pytest.MonkeyPatch,
    soon: Soon,
    processes_of: Callable[[Path], dict[int, str]],
) -> Iterator[Yard]:
    """Lend the yard of an engine, the best one unless told; nothing may be left there after."""
    name = getattr(request, "param", next(iter(ENGINES)))
    if name not in yards:
        pytest.skip(f"needs an engine that is {name}")
    yard = yards[name]
    monkeypatch.setattr(tempfile, "tempdir", str(yard.scratch))

    def left_behind() -> list[str]:
        return yard.left_behind(processes_of(yard.root))

    by_others = left_behind()
    yield yard
    assert soon(lambda: left_behind() == by_others), left_behind()


def test_every_vice_has_its_price() -> None:
    prices = [*TIMEOUTS, *CRASHES, *FAILURES, *DENIED, *FREE, *IMPORTS]

    assert sorted(prices) == sorted(path.stem for path in HOSTILE.glob("*.py"))


@pytest.mark.parametrize("vice", TIMEOUTS)
def test_a_call_that_hangs_costs_its_test_and_names_the_line(yard: Yard, vice: str) -> None:
    solution = HOSTILE / f"{vice}.py"

    graded = yard.grade(solution, yard.tiny.limits)

    assert graded.outcomes == dict.fromkeys(OTHERS, "passed") | {"test_shouts": "timeout"}
    assert graded.shouts == TestReport(Outcome.TIMEOUT, LATE, line_marked_in(solution))
    assert graded.next_ones == {Verdict.SOLVED}


@pytest.mark.parametrize("vice", CRASHES)
def test_a_call_that_ends_the_process_costs_its_test(yard: Yard, vice: str) -> None:
    solution = HOSTILE / f"{vice}.py"

    graded = yard.grade(solution)

    assert graded.outcomes == dict.fromkeys(OTHERS, "passed") | {"test_shouts": "crashed"}
    assert graded.shouts == TestReport(Outcome.CRASHED, CRASHES[vice], line_marked_in(solution))
    assert graded.next_ones == {Verdict.SOLVED}


@pytest.mark.parametrize("vice", FAILURES)
def test_a_call_that_misbehaves_costs_its_test(yard: Yard, vice: str) -> None:
    solution = HOSTILE / f"{vice}.py"

    graded = yard.grade(solution)

    assert graded.outcomes == dict.fromkeys(OTHERS, "passed") | {"test_shouts": "failed"}
    assert FAILURES[vice] in graded.shouts.message
    assert graded.shouts.where == line_marked_in(solution)
    assert graded.next_ones == {Verdict.SOLVED}


@pytest.mark.parametrize("vice", FREE)
def test_what_does_no_harm_costs_nothing(yard: Yard, vice: str) -> None:
    graded = yard.grade(HOSTILE / f"{vice}.py")

    assert graded.trial.failure is None
    assert graded.outcomes == dict.fromkeys((*OTHERS, "test_shouts"), "passed")
    assert graded.verdict is Verdict.SOLVED
    assert graded.next_ones == {Verdict.SOLVED}


@pytest.mark.parametrize("yard", ["bare"], indirect=True)
@pytest.mark.parametrize("vice", DENIED)
def test_what_it_leaves_is_cleared_away(yard: Yard, vice: str) -> None:
    graded = yard.grade(HOSTILE / f"{vice}.py")

    assert graded.verdict is Verdict.SOLVED
    assert graded.next_ones == {Verdict.SOLVED}


@pytest.mark.parametrize("yard", ["confined"], indirect=True)
@pytest.mark.parametrize("vice", DENIED)
def test_what_is_denied_costs_its_test(yard: Yard, vice: str) -> None:
    graded = yard.grade(HOSTILE / f"{vice}.py")

    assert graded.outcomes == dict.fromkeys(OTHERS, "passed") | {"test_shouts": "failed"}
    assert "PermissionError" in graded.shouts.message
    assert graded.next_ones == {Verdict.SOLVED}


@pytest.mark.parametrize("vice", IMPORTS)
def test_a_vice_at_import_costs_the_problem_and_names_the_line(yard: Yard, vice: str) -> None:
    solution = HOSTILE / f"{vice}.py"

    graded = yard.grade(solution, yard.tiny.limits if vice in HANGING_IMPORTS else PATIENT)

    assert graded.verdict is Verdict.BROKEN
    assert graded.trial.broken is not None
    assert IMPORTS[vice] in graded.trial.broken.message
    assert graded.trial.broken.where == line_marked_in(solution)
    assert graded.next_ones == {Verdict.SOLVED}


@pytest.mark.parametrize("vice", [name for name in FREE if name.startswith("prints_")])
def test_a_flood_of_output_is_kept_with_its_head_and_tail(yard: Yard, vice: str) -> None:
    graded = yard.grade(HOSTILE / f"{vice}.py")

    output = graded.trial.output
    assert output.startswith("begin")
    assert output.strip().endswith("end")
    assert " bytes left out …" in output
    assert len(output) < 20_000
    assert "\x1b" not in output


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere.py")


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def a_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def no_utf_8(path: Path) -> None:
    path.write_bytes(b"# caf\xe9\n")


def nothing_at_all(path: Path) -> None:
    path.touch()


def null_bytes(path: Path) -> None:
    path.write_bytes(b"def shout(text):\n    return '\0'\n")


def fifty_megabytes(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(50_000_000)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (a_folder, "p01_tiny.py is not a file"),
        (a_pipe, "p01_tiny.py is not a file"),
        (a_link_to_nothing, "p01_tiny.py cannot be read: No such file or directory"),
        (a_link_to_itself, "p01_tiny.py cannot be read: Too many levels of symbolic links"),
        (a_link_to_a_device, "p01_tiny.py is a link that leads out of its folder"),
        (no_utf_8, "p01_tiny.py is not UTF-8: byte 5 is 0xe9"),
        (nothing_at_all, "p01_tiny.py is empty"),
        (null_bytes, "source code string cannot contain null bytes"),
        (fifty_megabytes, "p01_tiny.py has 50,000,000 bytes; a solution has 1,000,000 at most"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_is_no_solution_is_broken_and_says_why(
    yard: Yard, tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    solution = tmp_path / "p01_tiny.py"
    make(solution)

    graded = yard.grade(solution)

    assert graded.verdict is Verdict.BROKEN
    assert graded.trial.broken is not None
    assert message in graded.trial.broken.message
    assert graded.next_ones == {Verdict.SOLVED}


TURNS_INTO_A_PIPE = """
def shout(text):
    import os
    os.remove(__file__)
    os.mkfifo(__file__)
"""


def test_a_solution_that_puts_a_pipe_in_its_place_stops_nobody(yard: Yard, tmp_path: Path) -> None:
    source = (yard.reference / "p01_tiny.py").read_text(encoding="utf-8")
    solution = tmp_path / "p01_tiny.py"
    solution.write_text(source + TURNS_INTO_A_PIPE, encoding="utf-8")

    graded = yard.grade(solution)

    assert graded.outcomes == dict.fromkeys(OTHERS, "passed") | {"test_shouts": "failed"}
    assert graded.next_ones == {Verdict.SOLVED}


@pytest.mark.parametrize("yard", ["fresh"], indirect=True)
@pytest.mark.parametrize(
    ("vice", "outcome"),
    [
        ("loops_for_ever", Outcome.TIMEOUT),
        ("exits_the_process", Outcome.CRASHED),
        ("closes_every_descriptor", Outcome.CRASHED),
        ("raises_keyboard_interrupt", Outcome.FAILED),
        ("prints_one_long_line", Outcome.PASSED),
        ("leaves_a_child", Outcome.PASSED),
        ("import_exits_the_process", Outcome.ERROR),
    ],
)
def test_a_fresh_process_promises_the_same(yard: Yard, vice: str, outcome: Outcome) -> None:
    solution = HOSTILE / f"{vice}.py"

    graded = yard.grade(solution, yard.tiny.limits if outcome is Outcome.TIMEOUT else PATIENT)

    others = Outcome.ERROR if outcome is Outcome.ERROR else Outcome.PASSED
    assert graded.outcomes == dict.fromkeys(OTHERS, others) | {"test_shouts": outcome}
    assert graded.shouts.where == line_marked_in(solution)
    assert graded.next_ones == {Verdict.SOLVED}


def test_twenty_gradings_leave_no_descriptor_thread_or_child(yard: Yard, soon: Soon) -> None:
    vices = ["exits_the_process", "leaves_a_child_in_a_session", "import_calls_sys_exit"]
    solutions = [HOSTILE / f"{vice}.py" for vice in vices] + [yard.reference / "p01_tiny.py"]
    before = held_by_this_process()

    for _ in range(5):
        for solution in solutions:
            yard.grade(solution)

    assert soon(lambda: held_by_this_process() <= before), (before, held_by_this_process())


def held_by_this_process() -> Counter[str]:
    """Return how many descriptors, threads and children there are."""
    children = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    return Counter(
        descriptors=len(list(Path("/proc/self/fd").iterdir())),
        threads=threading.active_count(),
        children=len(" ".join(children).split()),
    )


def test_a_worker_has_no_descriptor_but_its_own_four(yard: Yard, tmp_path: Path) -> None:
    source = (yard.reference / "p01_tiny.py").read_text(encoding="utf-8")
    solution = tmp_path / "p01_tiny.py"
    solution.write_text(f"{source}\nimport os\nprint(sorted(os.listdir('/proc/self/fd')))\n")

    trial = yard.grade(solution).trial

    # The fifth is the one that reads the folder.
    assert trial.output.splitlines()[0] == str(["0", "1", "2", "3", "4"])
