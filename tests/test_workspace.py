"""The kata on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import ProblemFaults, UsageError
from grader.workspace import Workspace

ROOT = Path(__file__).parents[1]


def test_the_workspace_around_a_folder_is_found() -> None:
    assert Workspace.find(ROOT / "problems" / "01").root == ROOT


def test_elsewhere_the_one_that_was_installed_is_found(tmp_path: Path) -> None:
    assert Workspace.find(tmp_path).root == ROOT


def test_without_any_workspace_it_is_said_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.__file__", str(tmp_path / "site" / "grader" / "__init__.py"))

    with pytest.raises(UsageError, match=r"no problems here.*\n.*folder that holds `problems/`"):
        Workspace.find(tmp_path)


@pytest.mark.parametrize("word", ["1", "01", "p01_mutable_defaults", "problems/01", "problems/01/"])
def test_a_problem_is_found_by_any_of_its_names(word: str) -> None:
    [problem] = Workspace(ROOT).problems([word])

    assert problem.number == "01"


def test_problems_come_once_and_in_order() -> None:
    problems = Workspace(ROOT).problems(["02", "1", "01"])

    assert [problem.number for problem in problems] == ["01", "02"]


@pytest.mark.parametrize("word", ["99", "x", "", "001", "-1"])
def test_an_unknown_problem_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match=f"There is no problem {word}.*`grader list` shows"):
        Workspace(ROOT).problems([word])


def test_the_faults_of_all_folders_are_named_at_once(tmp_path: Path) -> None:
    for number in ("01", "02"):
        folder = tmp_path / "problems" / number
        folder.mkdir(parents=True)
        (folder / "README.md").touch()

    with pytest.raises(ProblemFaults) as caught:
        Workspace(tmp_path).problems()

    assert [fault.place for fault in caught.value.faults] == [
        "problems/01/problem.toml",
        "problems/02/problem.toml",
    ]


def test_solutions_have_the_names_that_their_problems_say() -> None:
    workspace = Workspace(ROOT)

    assert workspace.solution_names() == {p.solution_name for p in workspace.problems()}


def test_a_broken_problem_names_no_solution_and_breaks_nothing(tmp_path: Path) -> None:
    for number, text in (("01", 'slug = "p01_a"'), ("02", "\xff"), ("03", "slug = 7")):
        folder = tmp_path / "problems" / number
        folder.mkdir(parents=True)
        (folder / "problem.toml").write_text(text, encoding="latin-1")

    assert Workspace(tmp_path).solution_names() == {"p01_a.py"}
