"""The misconception behind a pattern of failed tests: named if it is plain, else passed over."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.diagnosis import Diagnosis, diagnose
from grader.outcome import Outcome, TestReport, Verdict
from grader.patterns import NAME, Known, Patterns, as_text, read_patterns
from grader.problem import Behaviour, Budget, Limits, Problem, WrongSolution
from grader.render.looks import belief, looks_like
from grader.score import BehaviourResult, ProblemResult
from grader.workspace import Workspace

ROOT = Path(__file__).parents[1]
PROBLEMS = Workspace(ROOT).problems()
every_problem = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.slug)

TESTS = [f"test_{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
# By name, the tests that it fails and the behaviour that it breaks.
WRONG = {
    "first": ("a", "x"),
    "second": ("bc", "y"),
    "also_about_x": ("d", "x"),
    "twin": ("ef", "y"),
    "other_twin": ("ef", "y"),
    **{f"quadruplet_{number}": ("g", "y") for number in range(4)},
    "large": ("klmnopqrst", "z"),
    "overlapping": ("uvw", "x"),
    "overlapped": ("vwx", "y"),
    "around": ("uw", "z"),
}

Failing = Callable[..., ProblemResult]


@pytest.fixture
def failing(tmp_path: Path) -> Failing:
    """Give what makes the result of a solution that fails some tests of a made-up problem."""
    behaviours = tuple(Behaviour(name, name, 1, ("a", "b", "c")) for name in "xyz")
    wrong = tuple(
        WrongSolution(tmp_path / f"{name}.py", frozenset(breaks), None, frozenset())
        for name, (_, breaks) in WRONG.items()
    )
    problem = Problem(tmp_path, "p07_x", "X", 1, 9, Limits(), Budget(), behaviours, wrong)
    known = [
        Known(name, f"Thinks {name}.", frozenset(f"test_{letter}" for letter in letters))
        for name, (letters, _) in WRONG.items()
    ]
    text = as_text(Patterns(tuple(TESTS), tuple(known)))
    (tmp_path / NAME).write_text(text, encoding="utf-8")

    def make(
        letters: str, *, verdict: Verdict = Verdict.PARTIAL, left_out: str = ""
    ) -> ProblemResult:
        report = TestReport(Outcome.FAILED)
        return ProblemResult(
            problem,
            tmp_path / "solution.py",
            verdict,
            tuple(BehaviourResult(behaviour, report) for behaviour in behaviours),
            tried=frozenset(f"07/test_hidden.py::{t}" for t in TESTS if t[-1] not in left_out),
            failed=frozenset(f"07/test_hidden.py::test_{letter}" for letter in letters),
        )

    return make


def thought(*names: str, is_sure: bool) -> Diagnosis:
    return Diagnosis(is_sure, tuple(f"Thinks {name}." for name in names))


def test_the_very_pattern_of_one_names_it(failing: Failing) -> None:
    assert diagnose(failing("bc")) == thought("second", is_sure=True)


def test_two_with_one_pattern_are_both_possible(failing: Failing) -> None:
    assert diagnose(failing("ef")) == thought("other_twin", "twin", is_sure=False)


def test_four_with_one_pattern_are_too_many_to_name(failing: Failing) -> None:
    assert diagnose(failing("g")) is None


def test_two_at_once_are_both_named(failing: Failing) -> None:
    assert diagnose(failing("abc")) == thought("first", "second", is_sure=True)


def test_two_about_the_same_behaviours_are_not_put_together(failing: Failing) -> None:
    assert diagnose(failing("ad")) is None


def test_two_are_not_named_where_another_two_would_do(failing: Failing) -> None:
    assert diagnose(failing("uvwx")) is None


def test_a_pair_with_twins_is_not_named(failing: Failing) -> None:
    assert diagnose(failing("aef")) is None


def test_what_is_close_to_one_and_far_from_others_is_perhaps_that(failing: Failing) -> None:
    assert diagnose(failing("klmnopqrs")) == thought("large", is_sure=False)


def test_what_is_less_close_is_passed_over(failing: Failing) -> None:
    assert diagnose(failing("klmnopqr")) is None


def test_what_resembles_nothing_is_passed_over(failing: Failing) -> None:
    assert diagnose(failing("yz")) is None


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict != "partial"])
def test_only_what_is_partly_solved_is_diagnosed(verdict: Verdict, failing: Failing) -> None:
    assert diagnose(failing("bc", verdict=verdict)) is None


def test_nothing_is_said_unless_all_hidden_tests_ran(failing: Failing) -> None:
    assert diagnose(failing("bc", left_out="z")) is None


def test_a_probe_that_disagrees_has_no_pattern(failing: Failing) -> None:
    assert diagnose(failing("")) is None


def test_without_patterns_nothing_is_said(failing: Failing) -> None:
    result = failing("bc")
    (result.problem.folder / NAME).unlink()

    assert diagnose(result) is None


def test_patterns_that_change_are_read_again(failing: Failing) -> None:
    result = failing("bc")
    path = result.problem.folder / NAME
    before = diagnose(result)
    path.write_text(path.read_text(encoding="utf-8").replace("Thinks second.", "Thinks better."))
    os.utime(path, ns=(1, 1))

    assert before == thought("second", is_sure=True)
    assert diagnose(result) == thought("better", is_sure=True)


def test_a_test_that_nobody_recorded_stops_the_diagnosis(failing: Failing) -> None:
    result = failing("bc")
    grown = dataclasses.replace(result, tried=result.tried | {"07/test_hidden.py::test_new"})

    assert diagnose(grown) is None


@pytest.mark.parametrize(
    ("diagnosis", "lines"),
    [
        (None, []),
        (thought("a", is_sure=True), [("Looks like", "you think a")]),
        (thought("a", is_sure=False), [("Perhaps", "you think a")]),
        (
            thought("a", "b", is_sure=True),
            [("Looks like", "you think that a"), ("", "and that b")],
        ),
        (
            thought("a", "b", "c", is_sure=False),
            [("Perhaps", "you think that a"), ("", "or that b"), ("", "or that c")],
        ),
    ],
    ids=["nothing", "sure", "unsure", "both", "either"],
)
def test_a_diagnosis_is_addressed_to_the_learner(
    diagnosis: Diagnosis | None, lines: list[tuple[str, str]]
) -> None:
    assert list(looks_like(diagnosis)) == lines


@pytest.mark.parametrize("sentence", ["Thinks that ``x`` is a y.", "Thinks `x` is a y."])
def test_a_belief_is_the_sentence_without_its_beginning_and_end(sentence: str) -> None:
    assert belief(sentence) == "`x` is a y"


def result_of(problem: Problem, tests: tuple[str, ...], fails: frozenset[str]) -> ProblemResult:
    return ProblemResult(
        problem,
        problem.stub,
        Verdict.PARTIAL,
        (),
        tried=frozenset(f"problems/test_hidden.py::{test}" for test in tests),
        failed=frozenset(f"problems/test_hidden.py::{test}" for test in fails),
    )


@every_problem
def test_every_wrong_solution_diagnoses_itself(problem: Problem) -> None:
    patterns = read_patterns(problem.folder)
    assert patterns is not None
    for known in patterns.known:
        same = {other.thinks for other in patterns.known if other.fails == known.fails}
        said = diagnose(result_of(problem, patterns.tests, known.fails))

        if len(same) > 3:
            assert said is None, known.name
        else:
            assert said is not None, known.name
            assert (set(said.thinks), said.is_sure) == (same, len(same) == 1), known.name


@every_problem
def test_every_sentence_can_be_said_to_the_learner(problem: Problem) -> None:
    for wrong in read_patterns(problem.folder).known:  # type: ignore[union-attr]
        assert wrong.thinks.startswith("Thinks "), wrong.name
        assert wrong.thinks.endswith("."), wrong.name
        assert 3 <= len(belief(wrong.thinks)) <= 100, wrong.name


@every_problem
def test_no_sentence_holds_a_line_of_the_hidden_tests(problem: Problem) -> None:
    source = (problem.folder / "test_hidden.py").read_text(encoding="utf-8")
    # Shorter ones are words that any code has, such as `raise error`.
    lines = {text for line in source.splitlines() if len(text := line.strip(" ,:#\"'")) >= 16}
    patterns = read_patterns(problem.folder)
    assert patterns is not None
    assert lines

    for known in patterns.known:
        assert [line for line in lines if line in known.thinks] == [], known.name
