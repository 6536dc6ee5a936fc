"""The problems as a set: numbers, points, names."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.problem import Problem
from grader.workspace import Workspace

ROOT = Path(__file__).parents[1]
PROBLEMS = Workspace(ROOT).problems()
POINTS = {1: 30, 2: 40, 3: 60, 4: 60}
POINTS_OF_THE_PROJECT = {"20": 110}

every_problem = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.slug)


def test_the_numbers_have_no_gap() -> None:
    assert [problem.number for problem in PROBLEMS] == [
        f"{number:02}" for number in range(1, len(PROBLEMS) + 1)
    ]


def test_the_first_twenty_are_worth_a_thousand_points() -> None:
    assert sum(problem.points for problem in PROBLEMS if problem.number <= "20") == 1000


@every_problem
def test_a_problem_is_worth_what_its_level_says(problem: Problem) -> None:
    wanted = POINTS_OF_THE_PROJECT.get(problem.number, POINTS[problem.level])

    assert problem.points == wanted


@every_problem
def test_a_problem_has_a_stub_to_edit(problem: Problem) -> None:
    assert (ROOT / "stubs" / problem.solution_name).exists()


def test_stubs_and_reference_hold_nothing_else() -> None:
    wanted = {problem.solution_name for problem in PROBLEMS}

    for folder in ("stubs", "reference"):
        found = {path.name for path in (ROOT / folder).iterdir() if path.name != "__pycache__"}
        assert found == wanted, folder
