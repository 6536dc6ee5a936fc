"""Many problems: the first is graded while the tests of the others are collected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import ProblemFaults
from grader.isolation import Isolation
from grader.outcome import Verdict
from grader.problem import Problem
from grader.relay import open_relay
from grader.workspace import Workspace

SEED = 7


def paths(workspace: Workspace, problems: tuple[Problem, ...]) -> dict[str, Path]:
    return {problem.number: workspace.reference / problem.solution_name for problem in problems}


@pytest.fixture
def workspace(tiny: Path) -> Workspace:
    return Workspace(tiny)


def test_all_problems_are_graded_in_order(workspace: Workspace) -> None:
    problems = workspace.problems()

    with open_relay(workspace, problems, Isolation.NONE, SEED) as relay:
        results = list(relay.grade(paths(workspace, problems), jobs=2))
        has_asked = relay.has_asked

    assert [result.problem for result in results] == list(problems)
    assert {result.verdict for result in results} == {Verdict.SOLVED}
    assert has_asked


def test_a_single_problem_needs_one_engine(workspace: Workspace) -> None:
    with open_relay(workspace, workspace.problems(["01"]), Isolation.NONE, SEED) as relay:
        assert len(relay.legs) == 1


def test_faulty_tests_of_a_later_problem_are_named_after_the_first_result(
    workspace: Workspace,
) -> None:
    (workspace.root / "problems" / "02" / "test_hidden.py").write_text("def f(:\n")
    problems = workspace.problems()

    with open_relay(workspace, problems, Isolation.NONE, SEED) as relay:
        results = relay.grade(paths(workspace, problems), jobs=1)

        assert next(results).problem.number == "01"
        with pytest.raises(ProblemFaults, match=r"02/test_hidden\.py: cannot be collected"):
            next(results)


def test_no_engine_outlives_the_relay(
    workspace: Workspace,
    processes_of: Callable[[Path], dict[int, str]],
    soon: Callable[[Callable[[], bool]], bool],
) -> None:
    problems = workspace.problems()

    with open_relay(workspace, problems, Isolation.NONE, SEED) as relay:
        next(relay.grade(paths(workspace, problems), jobs=1))
        assert processes_of(workspace.root)

    assert soon(lambda: not processes_of(workspace.root))
