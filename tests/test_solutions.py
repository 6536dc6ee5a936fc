"""Where solutions come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.problem import Budget, Limits, Problem
from grader.solutions import VARIABLE, default_choice, find_solutions
from grader.workspace import Workspace


def problem(root: Path, number: str, *, package: bool = False) -> Problem:
    folder = root / "problems" / number
    (folder / "stub" if package else folder).mkdir(parents=True)
    return Problem(folder, f"p{number}_x", "X", 1, 1, Limits(), Budget(), (), ())


def test_stubs_and_reference_are_folders_of_the_workspace(tmp_path: Path) -> None:
    for name in ("stubs", "reference"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "p01_x.py").touch()
    one = problem(tmp_path, "01")

    for name in ("stubs", "reference"):
        found = find_solutions(name, Workspace(tmp_path), [one])
        assert found == {"01": tmp_path / name / "p01_x.py"}


def test_a_folder_need_not_hold_every_solution(tmp_path: Path) -> None:
    (tmp_path / "p02_x.py").touch()
    problems = [problem(tmp_path, "01"), problem(tmp_path, "02")]

    found = find_solutions(str(tmp_path), Workspace(tmp_path), problems)

    assert found == {"01": tmp_path / "p01_x.py", "02": tmp_path / "p02_x.py"}


def test_a_file_is_the_solution_of_the_one_problem(tmp_path: Path) -> None:
    file = tmp_path / "anything.py"
    file.touch()

    found = find_solutions(str(file), Workspace(tmp_path), [problem(tmp_path, "01")])

    assert found == {"01": file}


def test_a_package_folder_is_the_solution_of_the_one_problem(tmp_path: Path) -> None:
    (tmp_path / "answer" / "core").mkdir(parents=True)
    twenty = problem(tmp_path, "20", package=True)

    found = find_solutions(str(tmp_path / "answer"), Workspace(tmp_path), [twenty])

    assert found == {"20": tmp_path / "answer"}


def test_a_folder_that_holds_the_package_is_a_folder_of_solutions(tmp_path: Path) -> None:
    (tmp_path / "alice" / "p20_x").mkdir(parents=True)
    twenty = problem(tmp_path, "20", package=True)

    found = find_solutions(str(tmp_path / "alice"), Workspace(tmp_path), [twenty])

    assert found == {"20": tmp_path / "alice" / "p20_x"}


def test_one_file_for_two_problems_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "anything.py"
    file.touch()
    problems = [problem(tmp_path, "01"), problem(tmp_path, "02")]

    with pytest.raises(UsageError, match="is one solution, but 2 problems are selected"):
        find_solutions(str(file), Workspace(tmp_path), problems)


def test_a_folder_without_any_of_the_solutions_is_refused(tmp_path: Path) -> None:
    problems = [problem(tmp_path, f"0{n}") for n in range(1, 5)]

    with pytest.raises(UsageError, match=r"holds no solution.*\n.*p01_x.py, .*p03_x.py …"):
        find_solutions(str(tmp_path), Workspace(tmp_path), problems)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no such folder or file\.\nGive --solutions"):
        find_solutions(str(tmp_path / "no"), Workspace(tmp_path), [problem(tmp_path, "01")])


def test_a_place_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    with pytest.raises(UsageError, match=r"loop: cannot be read: .* Check its permissions"):
        find_solutions(str(loop), Workspace(tmp_path), [problem(tmp_path, "01")])


def test_the_environment_gives_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "reference")

    assert default_choice() == "reference"


def test_without_an_environment_the_stubs_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)

    assert default_choice() == "stubs"
