"""Putting a stub back, with nothing lost."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.problem import Budget, Limits, Problem
from grader.reset import backup_folder, backups_of, reset, restore
from grader.workspace import Workspace

NOW = datetime(2026, 11, 22, 10, 41, 5)  # noqa: DTZ001  # names show the time on the wall
MINE = "def clamp(value, low, high):\n    return value\n"


@pytest.fixture
def workspace(sample: Path) -> Workspace:
    return Workspace(sample)


@pytest.fixture
def problem(workspace: Workspace) -> Problem:
    [problem] = workspace.problems()
    return problem


@pytest.fixture
def target(workspace: Workspace) -> Path:
    """The learner's solution, edited."""
    path = workspace.stubs / "p01_clamp.py"
    path.write_text(MINE)
    return path


@pytest.fixture
def package(workspace: Workspace) -> Problem:
    """A problem that asks for a package, with an untouched stub laid out."""
    folder = workspace.root / "problems" / "02"
    (folder / "stub" / "core").mkdir(parents=True)
    (folder / "stub" / "core" / "a.py").write_text("raise NotImplementedError\n")
    shutil.copytree(folder / "stub", workspace.stubs / "p02_x")
    return Problem(folder, "p02_x", "X", 1, 1, Limits(), Budget(), (), ())


def test_the_stub_comes_back_and_the_text_is_kept(
    workspace: Workspace, problem: Problem, target: Path
) -> None:
    done = reset(workspace, problem, NOW)

    assert target.read_text() == problem.stub.read_text()
    assert done.backup == workspace.state / "backup" / "p01_clamp.2026-11-22T10-41-05.py"
    assert done.backup.read_text() == MINE
    assert sorted(path.name for path in workspace.stubs.iterdir()) == ["p01_clamp.py"]


def test_a_reset_that_the_history_cannot_take_is_made_all_the_same(
    workspace: Workspace, problem: Problem, target: Path
) -> None:
    target.write_text("mine")
    workspace.state.mkdir()
    (workspace.state / "progress.sqlite3").write_bytes(b"no database" * 100)

    done = reset(workspace, problem, NOW)

    assert done.is_changed
    assert target.read_text() == problem.stub.read_text()
    assert done.trouble is not None
    assert done.trouble.startswith("this is not remembered: ")


def test_an_untouched_stub_is_left_alone(workspace: Workspace, problem: Problem) -> None:
    before = (workspace.stubs / "p01_clamp.py").stat()

    done = reset(workspace, problem, NOW)

    after = (workspace.stubs / "p01_clamp.py").stat()
    assert not done.is_changed
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not backup_folder(workspace).exists()


def test_no_backup_overwrites_another(workspace: Workspace, problem: Problem, target: Path) -> None:
    for number in range(12):
        target.write_text(f"{MINE}# {number}\n")
        reset(workspace, problem, NOW)

    texts = [path.read_text() for path in backups_of(workspace, problem)]
    assert texts == [f"{MINE}# {number}\n" for number in range(12)]


def test_a_stub_that_is_missing_comes_back(
    workspace: Workspace, problem: Problem, target: Path
) -> None:
    target.unlink()
    workspace.stubs.rmdir()

    done = reset(workspace, problem, NOW)

    assert (done.is_changed, done.backup) == (True, None)
    assert target.read_text() == problem.stub.read_text()


def test_a_link_is_replaced_and_what_it_leads_to_is_not_touched(
    workspace: Workspace, problem: Problem, target: Path, tmp_path: Path
) -> None:
    elsewhere = target.rename(tmp_path / "elsewhere.py")
    target.symlink_to(elsewhere)

    done = reset(workspace, problem, NOW)

    assert elsewhere.read_text() == MINE
    assert not target.is_symlink()
    assert target.read_text() == problem.stub.read_text()
    assert done.linked_to == str(elsewhere)
    assert done.backup is not None
    assert done.backup.read_text() == MINE


def test_a_link_that_leads_nowhere_is_replaced(
    workspace: Workspace, problem: Problem, target: Path
) -> None:
    target.unlink()
    target.symlink_to("nowhere.py")

    done = reset(workspace, problem, NOW)

    assert (done.linked_to, done.backup) == ("nowhere.py", None)
    assert target.read_text() == problem.stub.read_text()


def test_a_file_that_is_read_only_is_kept_and_replaced(
    workspace: Workspace, problem: Problem, target: Path
) -> None:
    target.chmod(0o444)

    done = reset(workspace, problem, NOW)

    assert done.backup is not None
    assert done.backup.read_text() == MINE
    target.write_text("it can be edited")


def test_a_package_comes_back_whole_and_its_notes_are_kept(
    workspace: Workspace, package: Problem
) -> None:
    mine = workspace.stubs / "p02_x"
    (mine / "core" / "a.py").write_text("A = 1\n")
    (mine / "notes.txt").write_text("a thought")

    done = reset(workspace, package, NOW)

    assert done.backup is not None
    assert (done.backup / "core" / "a.py").read_text() == "A = 1\n"
    assert (done.backup / "notes.txt").read_text() == "a thought"
    assert [path.name for path in mine.rglob("*")] == ["core", "a.py"]
    assert (mine / "core" / "a.py").read_text() == "raise NotImplementedError\n"


def test_backups_of_a_package_do_not_overwrite_each_other(
    workspace: Workspace, package: Problem
) -> None:
    for text in ("A = 1\n", "A = 2\n"):
        (workspace.stubs / "p02_x" / "core" / "a.py").write_text(text)
        reset(workspace, package, NOW)

    found = backups_of(workspace, package)
    assert [path.name for path in found] == [
        "p02_x.2026-11-22T10-41-05",
        "p02_x.2026-11-22T10-41-05_2",
    ]
    assert [(path / "core" / "a.py").read_text() for path in found] == ["A = 1\n", "A = 2\n"]


@pytest.mark.parametrize("in_the_way", [".grader", "stubs"])
def test_where_nothing_can_be_written_nothing_is_lost(
    workspace: Workspace, problem: Problem, target: Path, in_the_way: str
) -> None:
    if in_the_way == "stubs":
        shutil.rmtree(workspace.stubs)
    (workspace.root / in_the_way).write_text("in the way")

    with pytest.raises(UsageError, match=r"p01_clamp.py: cannot be replaced: .*permissions of its"):
        reset(workspace, problem, NOW)

    assert (workspace.root / in_the_way).read_text() == "in the way"
    if in_the_way == ".grader":
        assert target.read_text() == MINE
        assert [path.name for path in workspace.stubs.iterdir()] == ["p01_clamp.py"]


def test_the_newest_backup_comes_back(workspace: Workspace, problem: Problem, target: Path) -> None:
    reset(workspace, problem, NOW)

    done = restore(workspace, problem, NOW)

    assert (target.read_text(), done.is_changed, done.backup) == (MINE, True, None)
    assert not restore(workspace, problem, NOW).is_changed


def test_what_a_backup_replaces_is_kept_too(
    workspace: Workspace, problem: Problem, target: Path
) -> None:
    reset(workspace, problem, NOW)
    target.write_text("another try\n")

    done = restore(workspace, problem, NOW)

    assert target.read_text() == MINE
    assert done.backup is not None
    assert done.backup.read_text() == "another try\n"


def test_without_a_backup_nothing_can_be_put_back(workspace: Workspace, problem: Problem) -> None:
    with pytest.raises(UsageError, match=r"backup: holds no backup of problem 01\. `grader reset"):
        restore(workspace, problem, NOW)
