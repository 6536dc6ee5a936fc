"""From how tests ended to points and verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.case import TestCase, Trial
from grader.outcome import Outcome, TestReport, Verdict
from grader.problem import Behaviour, Budget, Limits, Problem
from grader.score import ProblemResult, is_untouched, not_handed_in, score
from grader.totals import Total, by_level, total

HINTS = ("a", "b", "c")
CASES = (
    TestCase("example", "test_example", (), is_hidden=False),
    TestCase("a1", "test_a", ("a",), is_hidden=True),
    TestCase("a2", "test_a", ("a",), is_hidden=True),
    TestCase("b1", "test_b", ("b",), is_hidden=True),
)


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    (tmp_path / "07").mkdir()
    (tmp_path / "07" / "stub.py").write_text("def f():\n    raise NotImplementedError\n")
    behaviours = (Behaviour("a", "A", 3, HINTS), Behaviour("b", "B", 4, HINTS))
    return Problem(tmp_path / "07", "p07_x", "X", 2, 9, Limits(), Budget(), behaviours, ())


def scored(problem: Problem, **outcomes: str) -> ProblemResult:
    """Score a solution that is no stub by the outcomes of its tests."""
    path = problem.folder / "solution.py"
    path.write_text("def f(): ...\n")
    reports = {
        test: TestReport(Outcome(outcome), message=test) for test, outcome in outcomes.items()
    }
    return score(problem, path, CASES, Trial(reports))


def test_a_behaviour_gives_its_points_when_all_its_tests_pass(problem: Problem) -> None:
    result = scored(problem, a1="passed", a2="passed", b1="failed")

    assert [entry.points for entry in result.behaviours] == [3, 0]
    assert (result.points, result.passed, result.verdict) == (3, 1, Verdict.PARTIAL)


def test_one_failing_parameter_costs_the_behaviour(problem: Problem) -> None:
    result = scored(problem, a1="passed", a2="failed", b1="passed")

    assert result.points == 4
    assert result.behaviours[0].report.message == "a2"


def test_a_test_that_did_not_run_costs_the_behaviour(problem: Problem) -> None:
    result = scored(problem, a1="passed", b1="passed")

    assert result.behaviours[0].outcome is Outcome.NOT_RUN
    assert (result.points, result.is_complete) == (4, False)


def test_a_failure_says_more_than_a_test_that_did_not_run(problem: Problem) -> None:
    result = scored(problem, a2="timeout", b1="passed")

    assert result.behaviours[0].outcome is Outcome.TIMEOUT


def test_what_ran_and_what_failed_is_kept_of_hidden_tests(problem: Problem) -> None:
    result = scored(problem, example="failed", a1="passed", a2="failed", b1="todo")

    assert sorted(result.tried) == ["a1", "a2"]
    assert sorted(result.failed) == ["a2"]


def test_everything_passed_is_solved(problem: Problem) -> None:
    result = scored(problem, a1="passed", a2="passed", b1="passed")

    assert (result.verdict, result.first_failing) == (Verdict.SOLVED, None)


def test_a_failing_example_costs_no_points_but_is_kept(problem: Problem) -> None:
    result = scored(problem, example="failed", a1="passed", a2="passed", b1="passed")

    assert (result.points, result.verdict) == (7, Verdict.SOLVED)
    assert result.failing_example is not None


def test_nothing_but_todo_is_to_do(problem: Problem) -> None:
    assert scored(problem, a1="todo", a2="todo", b1="todo").verdict is Verdict.TODO


def test_todo_beside_a_failure_is_partial(problem: Problem) -> None:
    assert scored(problem, a1="failed", a2="todo", b1="todo").verdict is Verdict.PARTIAL


def test_an_untouched_stub_is_to_do_whatever_its_outcomes(problem: Problem) -> None:
    copy = problem.folder / "copy.py"
    copy.write_bytes(problem.stub.read_bytes().replace(b"\n", b"  \r\n"))
    reports = {case.id: TestReport(Outcome.FAILED) for case in CASES}

    assert score(problem, copy, CASES, Trial(reports)).verdict is Verdict.TODO


def test_a_solution_that_does_not_import_is_broken(problem: Problem) -> None:
    broken = TestReport(Outcome.ERROR, "SyntaxError", "x.py:3")
    trial = Trial(dict.fromkeys(("a1", "a2", "b1"), broken), broken)

    result = score(problem, problem.stub, CASES, trial)

    assert (result.verdict, result.message, result.where) == (
        Verdict.BROKEN,
        "SyntaxError",
        "x.py:3",
    )


def test_a_failure_of_the_grader_is_no_verdict_on_the_solution(problem: Problem) -> None:
    result = score(problem, problem.stub, CASES, Trial(failure="no memory"))

    assert (result.verdict, result.message) == (Verdict.GRADER_ERROR, "no memory")


def test_the_first_failing_behaviour_is_one_that_was_tried(problem: Problem) -> None:
    result = scored(problem, b1="failed")

    assert result.first_failing is not None
    assert result.first_failing.behaviour.id == "b"


def test_what_is_not_handed_in_is_to_do_and_says_so(problem: Problem) -> None:
    result = not_handed_in(problem, Path("alice") / "p07_x.py")

    assert (result.verdict, result.points, result.message) == (
        Verdict.TODO,
        0,
        "There is no p07_x.py",
    )


def test_a_package_is_untouched_if_each_file_is(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name / "core").mkdir(parents=True)
        (tmp_path / name / "core" / "models.py").write_text("x = 1\n")
    (tmp_path / "three" / "core" / "models.py").write_text("x = 2\n")

    assert is_untouched(tmp_path / "one", tmp_path / "two")
    assert not is_untouched(tmp_path / "one", tmp_path / "three")


def test_what_cannot_be_read_is_not_untouched(tmp_path: Path) -> None:
    assert not is_untouched(tmp_path / "no.py", tmp_path / "no.py")


def test_totals_count_what_was_not_graded_with_no_points(problem: Problem) -> None:
    result = scored(problem, a1="passed", a2="passed", b1="passed")

    assert total([result], [problem, problem]) == Total(7, 14, 1, 2)
    assert by_level([result], [problem]) == {2: Total(7, 7, 1, 1)}
