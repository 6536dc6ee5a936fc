"""The history of gradings: what is kept, and what cannot hurt it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from grader import history
from grader.case import TestCase, Trial
from grader.errors import UsageError
from grader.history import digest_of, history_file, read_history, record, record_reset
from grader.outcome import Outcome, TestReport, Verdict
from grader.score import ProblemResult, score
from grader.workspace import Workspace

MORNING = datetime(2026, 11, 22, 10, 41, 5, tzinfo=UTC)


@pytest.fixture
def workspace(sample: Path) -> Workspace:
    """A workspace whose stub has been edited."""
    write(Workspace(sample), "def clamp(value, low, high):\n    return value\n")
    return Workspace(sample)


def write(workspace: Workspace, text: str) -> None:
    (workspace.stubs / "p01_clamp.py").write_text(text, encoding="utf-8")


def result_of(workspace: Workspace, outcome: Outcome = Outcome.PASSED) -> ProblemResult:
    """Return a result in which all tests ended in the same way, one for each behaviour."""
    [problem] = workspace.problems()
    cases = [TestCase(b.id, b.id, (b.id,), is_hidden=True) for b in problem.behaviours]
    trial = Trial({case.id: TestReport(outcome) for case in cases}, seconds=0.25)
    return score(problem, workspace.stubs / "p01_clamp.py", cases, trial)


def apart(script: str, workspace: Workspace, **pipes: int) -> subprocess.Popen[bytes]:
    """Start a process that has this test file as ``here`` and the workspace as ``workspace``."""
    start = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\nfrom grader import history\nimport test_history as here\n"
        f"workspace = here.Workspace(Path({str(workspace.root)!r}))\n"
    )
    return subprocess.Popen([sys.executable, "-c", start + script], **pipes)  # type: ignore[call-overload, no-any-return]


# --- what is kept ------------------------------------------------------------------------------


def test_without_a_file_there_is_no_history(workspace: Workspace) -> None:
    assert read_history(workspace) == []
    assert not workspace.state.exists()


def test_a_grading_comes_back_as_it_was(workspace: Workspace) -> None:
    result = result_of(workspace)

    assert record(workspace, [result], "grader", at=MORNING) is None

    [grading] = read_history(workspace)
    assert (grading.at, grading.problem, grading.source) == (MORNING, "01", "grader")
    assert (grading.verdict, grading.points, grading.max) == (Verdict.SOLVED, 30, 30)
    assert grading.passed == result.passed_ids
    assert (grading.failed, grading.seconds, grading.untouched) == (0, 0.25, False)
    assert grading.digest == digest_of(result.path)


def test_failed_tests_are_counted(workspace: Workspace) -> None:
    record(workspace, [result_of(workspace, Outcome.FAILED)], "pytest")

    [grading] = read_history(workspace)
    assert (grading.verdict, grading.failed, grading.passed) == (Verdict.PARTIAL, 6, frozenset())


def test_moments_are_kept_in_utc(workspace: Workspace) -> None:
    in_tokyo = MORNING.astimezone(timezone(timedelta(hours=9)))

    record(workspace, [result_of(workspace)], "grader", at=in_tokyo)

    [grading] = read_history(workspace)
    assert (grading.at, grading.at.tzinfo) == (MORNING, UTC)


def test_the_order_is_that_of_writing_whatever_the_clock_says(workspace: Workspace) -> None:
    for minutes in (0, -90, 5):
        record(workspace, [result_of(workspace)], "grader", at=MORNING + timedelta(minutes=minutes))

    assert [(g.at - MORNING).total_seconds() / 60 for g in read_history(workspace)] == [0, -90, 5]


def test_no_line_of_the_solution_is_kept(workspace: Workspace) -> None:
    write(workspace, "SECRET_OF_MINE = 1\n")

    record(workspace, [result_of(workspace)], "grader")

    assert b"SECRET_OF_MINE" not in history_file(workspace).read_bytes()


def test_another_text_has_another_digest(workspace: Workspace) -> None:
    path = workspace.stubs / "p01_clamp.py"
    before = digest_of(path)
    again = digest_of(path)

    write(workspace, "def clamp(value, low, high):\n    return low\n")

    assert before == again != digest_of(path)


def test_a_package_has_the_digest_of_all_its_modules(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "a.py").write_text("A = 1\n")
    before = digest_of(tmp_path)

    (tmp_path / "core" / "b.py").write_text("")

    assert before != digest_of(tmp_path)


def test_what_cannot_be_read_has_no_digest(tmp_path: Path) -> None:
    assert digest_of(tmp_path / "p01_clamp.py") == ""


def test_an_untouched_stub_is_no_grading(sample: Path) -> None:
    workspace = Workspace(sample)

    assert record(workspace, [result_of(workspace, Outcome.TODO)], "grader") is None

    assert not history_file(workspace).exists()


def test_a_stub_put_back_is_noted_once(workspace: Workspace) -> None:
    record(workspace, [result_of(workspace)], "grader")
    shutil.copy(workspace.root / "problems" / "01" / "stub.py", workspace.stubs / "p01_clamp.py")

    for _ in range(3):
        record(workspace, [result_of(workspace, Outcome.TODO)], "grader")
    record_reset(workspace, workspace.problems()[0])

    assert [grading.untouched for grading in read_history(workspace)] == [False, True]


# --- trouble with the storage ------------------------------------------------------------------


def test_two_processes_write_at_once_and_nothing_is_lost(workspace: Workspace) -> None:
    script = (
        "history.BUSY_SECONDS = 60.0\n"
        "result = here.result_of(workspace)\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "troubles = [history.record(workspace, [result], 'grader') for _ in range(20)]\n"
        "sys.exit(any(troubles))\n"
    )
    writers = [
        apart(script, workspace, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"

    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
    codes = [writer.communicate(timeout=120) and writer.returncode for writer in writers]

    assert codes == [0, 0]
    assert len(read_history(workspace)) == 40


def test_a_writer_killed_in_the_middle_leaves_what_was_there(workspace: Workspace) -> None:
    record(workspace, [result_of(workspace)], "grader", at=MORNING)
    before = history_file(workspace).read_bytes()
    # More than SQLite keeps in memory: half of it is in the file before anything is committed.
    script = (
        "import os\n"
        "real = history._is_news\n"
        "def stuck(database, grading):\n"
        "    row = history._row(grading)\n"
        "    big = [(*row[:5], 'x' * 200_000, *row[6:])] * 40\n"
        "    database.executemany(history._WRITE, big)\n"
        "    print('writing', flush=True); sys.stdin.read()\n"
        "history._is_news = stuck\n"
        "history.record(workspace, [here.result_of(workspace)], 'grader')\n"
    )
    writer = apart(script, workspace, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"writing\n"

    writer.send_signal(signal.SIGKILL)
    writer.communicate(timeout=60)

    assert len(history_file(workspace).read_bytes()) > len(before) + 1_000_000
    assert [grading.at for grading in read_history(workspace)] == [MORNING]
    assert record(workspace, [result_of(workspace)], "grader") is None
    assert len(read_history(workspace)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"this is no database" * 200, r"progress.sqlite3: is damaged \(file is not a database\)"),
        (b"SQLite format 3\0" + b"\xff" * 4000, r"progress.sqlite3: is damaged \(.*\)"),
    ],
    ids=["text", "half"],
)
def test_a_damaged_file_is_named_and_kept(
    workspace: Workspace, content: bytes, message: str
) -> None:
    path = history_file(workspace)
    path.parent.mkdir()
    path.write_bytes(content)

    trouble = record(workspace, [result_of(workspace)], "grader")

    with pytest.raises(UsageError, match=message + r"\. Move it away, and a new history begins"):
        read_history(workspace)
    assert trouble is not None
    assert trouble.startswith("this grading is not remembered: ")
    assert "Move it away" in trouble
    assert "\n" not in trouble
    assert path.read_bytes() == content
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_history_of_a_newer_grader_is_named_and_kept(workspace: Workspace) -> None:
    record(workspace, [result_of(workspace)], "grader")
    change(workspace, "PRAGMA user_version = 2")
    content = history_file(workspace).read_bytes()

    trouble = record(workspace, [result_of(workspace)], "grader")

    with pytest.raises(UsageError, match=r"newer grader \(format 2; this one knows 1\)\. Use that"):
        read_history(workspace)
    assert trouble is not None
    assert "was written by a newer grader" in trouble
    assert history_file(workspace).read_bytes() == content


def test_a_database_of_somebody_else_is_left_alone(workspace: Workspace) -> None:
    workspace.state.mkdir()
    change(workspace, "CREATE TABLE recipes (name TEXT)")
    content = history_file(workspace).read_bytes()

    trouble = record(workspace, [result_of(workspace)], "grader")

    assert trouble is not None
    assert "is no history of gradings. Move it away." in trouble
    assert history_file(workspace).read_bytes() == content


@pytest.mark.parametrize(
    "change_of",
    [
        "UPDATE gradings SET verdict = 'splendid'",
        "UPDATE gradings SET at = 'yesterday'",
        "UPDATE gradings SET passed = '['",
        "DROP TABLE gradings",
    ],
    ids=["verdict", "at", "passed", "table"],
)
def test_a_history_that_makes_no_sense_is_damaged(workspace: Workspace, change_of: str) -> None:
    record(workspace, [result_of(workspace)], "grader")
    change(workspace, change_of)

    with pytest.raises(UsageError, match=r"is damaged \(.+\)\. Move it away"):
        read_history(workspace)


def test_a_file_that_was_only_begun_is_a_new_history(workspace: Workspace) -> None:
    workspace.state.mkdir()
    history_file(workspace).touch()

    assert read_history(workspace) == []
    assert record(workspace, [result_of(workspace)], "grader") is None
    assert len(read_history(workspace)) == 1


def test_a_lock_that_stays_is_named_and_costs_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(workspace, [result_of(workspace)], "grader")
    monkeypatch.setattr(history, "BUSY_SECONDS", 0.01)

    with contextlib.closing(sqlite3.connect(history_file(workspace))) as other:
        other.execute("BEGIN EXCLUSIVE")
        trouble = record(workspace, [result_of(workspace)], "grader")
        with pytest.raises(UsageError, match=r"kept it locked for 0\.01 seconds"):
            read_history(workspace)

    assert trouble is not None
    assert "another process has kept it locked" in trouble
    assert len(read_history(workspace)) == 1


def test_a_full_disk_is_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    real = history._has_table

    def full(database: sqlite3.Connection, path: Path) -> bool:
        found = real(database, path)
        database.execute("PRAGMA max_page_count = 1")
        return found

    monkeypatch.setattr(history, "_has_table", full)

    trouble = record(workspace, [result_of(workspace)], "grader")

    assert trouble is not None
    assert trouble.endswith("progress.sqlite3: the disk is full. Make room and grade again.")


@contextlib.contextmanager
def without_rights() -> Iterator[None]:
    """Give up the rights of root, which may write anywhere."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def open_to_all(sample: Path) -> Iterator[Workspace]:
    """A workspace that anybody can reach and only its owner can write to."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        workspace = Workspace(shutil.copytree(sample, Path(folder, "sample")))
        write(workspace, "def clamp(value, low, high):\n    return value\n")
        yield workspace
        for path in (workspace.root, workspace.state):
            if path.exists():
                path.chmod(0o755)


def test_a_folder_that_cannot_be_written_to_is_named(open_to_all: Workspace) -> None:
    open_to_all.root.chmod(0o555)

    with without_rights():
        trouble = record(open_to_all, [result_of(open_to_all)], "grader")

    assert trouble is not None
    assert "Permission denied" in trouble
    assert "Check the folder and its permissions." in trouble


def test_a_history_that_is_read_only_can_be_read(open_to_all: Workspace) -> None:
    record(open_to_all, [result_of(open_to_all)], "grader")
    history_file(open_to_all).chmod(0o444)
    open_to_all.state.chmod(0o555)

    with without_rights():
        trouble = record(open_to_all, [result_of(open_to_all)], "grader")
        gradings = read_history(open_to_all)

    assert trouble is not None
    assert "cannot be used: attempt to write a readonly database. Check the folder" in trouble
    assert len(gradings) == 1


def test_a_file_in_place_of_the_folder_is_named(workspace: Workspace) -> None:
    workspace.state.write_text("in the way")

    trouble = record(workspace, [result_of(workspace)], "grader")

    assert trouble is not None
    assert "File exists" in trouble
    assert read_history(workspace) == []


def test_the_command_starts_without_the_store() -> None:
    script = "import sys, grader.cli, grader.plugin; sys.exit('sqlite3' in sys.modules)"

    # Whoever measures coverage keeps it in such a store.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}

    run = subprocess.run([sys.executable, "-c", script], env=environment, check=False)

    assert run.returncode == 0


def change(workspace: Workspace, statement: str) -> None:
    """Change the file behind the grader's back."""
    with contextlib.closing(sqlite3.connect(history_file(workspace))) as database:
        database.execute(statement)
        database.commit()
