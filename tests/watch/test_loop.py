"""What follows from what, with made-up events and a clock that is a number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.hints import Hint
from grader.loader import load_problem
from grader.outcome import Outcome, TestReport, Verdict
from grader.score import BehaviourResult, ProblemResult
from grader.watch.loop import (
    NOTE_STANDS,
    PATIENCE,
    SAY_RUNNING_AFTER,
    Began,
    Broke,
    Disturbed,
    Do,
    Failed,
    Grade,
    Graded,
    Hinted,
    Key,
    Listed,
    Loop,
    Moved,
    Said,
    Saved,
    Stage,
    TestsChanged,
    Waited,
)

SAMPLE = Path(__file__).parents[1] / "sample"


@pytest.fixture(scope="module")
def solved() -> ProblemResult:
    problem = load_problem(SAMPLE / "problems" / "01")
    behaviours = tuple(
        BehaviourResult(behaviour, TestReport(Outcome.PASSED)) for behaviour in problem.behaviours
    )
    return ProblemResult(problem, SAMPLE / "stubs" / "p01_clamp.py", Verdict.SOLVED, behaviours)


@pytest.fixture
def loop() -> Loop:
    """A loop whose first run is under way since 100 s."""
    loop = Loop(can_reset=True)
    assert loop.begin(99.0) == [Do.DRAW, Grade(1)]
    assert loop.on(Began(1), 100.0) == []
    return loop


def test_a_save_is_graded(loop: Loop) -> None:
    assert loop.on(Saved("12:00:01"), 100.1) == [Grade(2)]
    assert loop.view.saved_at == "12:00:01"


def test_a_result_is_shown(loop: Loop, solved: ProblemResult) -> None:
    assert loop.on(Graded(1, solved, is_final=True), 100.1) == [Do.DRAW]
    assert loop.view.result is solved
    assert loop.view.is_solved


def test_solved_is_said_only_after_the_probe(loop: Loop, solved: ProblemResult) -> None:
    loop.on(Graded(1, solved, is_final=False), 100.1)

    assert loop.view.stage is Stage.ASKING
    assert not loop.view.is_solved


def test_a_result_of_an_older_save_is_not_shown(loop: Loop, solved: ProblemResult) -> None:
    loop.on(Saved("12:00:01"), 100.1)

    assert loop.on(Graded(1, solved, is_final=True), 100.2) == []
    assert loop.on(Failed(1, "no"), 100.2) == []
    assert loop.view.result is None


def test_after_a_pass_nothing_happens_by_itself(loop: Loop, solved: ProblemResult) -> None:
    loop.on(Graded(1, solved, is_final=True), 100.1)

    assert loop.wakes_at is None


def test_a_run_that_outlasts_our_patience_goes_at_the_next_save(loop: Loop) -> None:
    assert loop.on(Saved("12:00:01"), 100.0 + PATIENCE) == [Grade(2)]
    assert loop.on(Saved("12:00:02"), 100.1 + PATIENCE) == [Grade(3, anew=True)]


def test_an_engine_that_starts_slowly_is_left_to_it(loop: Loop) -> None:
    loop.on(TestsChanged(), 101.0)

    assert loop.on(Saved("12:00:09"), 109.0) == [Grade(3)]


def test_patience_begins_anew_after_a_result(loop: Loop, solved: ProblemResult) -> None:
    loop.on(Graded(1, solved, is_final=True), 100.1)

    assert loop.on(Saved("12:00:09"), 109.0) == [Grade(2)]


def test_tests_that_changed_are_read_again(loop: Loop) -> None:
    assert loop.on(TestsChanged(), 100.1) == [Grade(2, anew=True)]
    assert "read again" in loop.view.note


def test_a_run_is_said_to_be_under_way_only_after_a_while(
    loop: Loop, solved: ProblemResult
) -> None:
    loop.on(Graded(1, solved, is_final=True), 100.1)
    loop.on(Saved("12:00:01"), 101.0)

    assert loop.wakes_at == 101.0 + SAY_RUNNING_AFTER
    before = loop.view
    assert loop.on(Waited(), 101.4) == [Do.DRAW]
    assert (before.stage, loop.view.stage) == (Stage.DONE, Stage.GRADING)
    assert loop.wakes_at is None


def test_what_failed_is_said_until_there_is_a_result(loop: Loop, solved: ProblemResult) -> None:
    assert loop.on(Failed(1, "does not parse"), 100.1) == [Do.DRAW]
    assert loop.view.failure == "does not parse"

    loop.on(Saved("12:00:01"), 101.0)
    loop.on(Graded(2, solved, is_final=True), 101.1)

    assert loop.view.failure == ""


def test_a_fault_of_the_grader_is_no_verdict(loop: Loop) -> None:
    with pytest.raises(ZeroDivisionError):
        loop.on(Broke(ZeroDivisionError()), 100.1)


@pytest.mark.parametrize(
    ("key", "action"), [("n", Do.GO_ON), ("h", Do.HINT), ("l", Do.LIST), ("q", Do.QUIT)]
)
def test_a_key_does_what_it_says(loop: Loop, key: str, action: Do) -> None:
    assert loop.on(Key(key), 100.1) == [action]


def test_r_runs_again(loop: Loop) -> None:
    assert loop.on(Key("r"), 100.1) == [Grade(2)]


def test_the_list_stands_until_another_key(loop: Loop, solved: ProblemResult) -> None:
    assert loop.on(Listed((solved.problem,)), 100.1) == [Do.DRAW]
    shown = loop.view.problems
    assert loop.on(Key(" "), 100.2) == [Do.DRAW]

    assert (shown, loop.view.problems) == ((solved.problem,), ())


def test_a_result_takes_the_place_of_the_list(loop: Loop, solved: ProblemResult) -> None:
    loop.on(Listed((solved.problem,)), 100.1)
    loop.on(Graded(1, solved, is_final=True), 100.2)

    assert loop.view.problems == ()


def test_x_resets_only_when_it_is_confirmed(loop: Loop) -> None:
    assert loop.on(Key("x"), 100.1) == [Do.DRAW]
    assert loop.view.is_confirming
    assert loop.on(Key("y"), 100.2) == [Do.RESET]
    assert not loop.view.is_confirming


@pytest.mark.parametrize("key", ["x", "n", "q", " "])
def test_any_other_key_takes_x_back_and_does_nothing_else(loop: Loop, key: str) -> None:
    loop.on(Key("x"), 100.1)

    assert loop.on(Key(key), 100.2) == [Do.DRAW]
    assert not loop.view.is_confirming
    assert loop.on(Key("y"), 100.3) == [Do.DRAW]


def test_a_save_takes_x_back(loop: Loop) -> None:
    loop.on(Key("x"), 100.1)
    loop.on(Saved("12:00:01"), 100.2)

    assert not loop.view.is_confirming


def test_what_is_no_stub_is_not_reset() -> None:
    loop = Loop(can_reset=False)
    loop.begin(100.0)

    assert loop.on(Key("x"), 100.1) == [Do.DRAW]
    assert not loop.view.is_confirming
    assert "stubs" in loop.view.note


HINT = Hint("01", "within", "Bounds", 1, "Look there.")


def test_a_hint_stands_while_its_behaviour_fails(loop: Loop, solved: ProblemResult) -> None:
    first, *others = solved.behaviours
    failed = replace(first, report=TestReport(Outcome.FAILED))
    partial = replace(solved, verdict=Verdict.PARTIAL, behaviours=(failed, *others))
    hint = replace(HINT, behaviour=first.behaviour.id)

    assert loop.on(Hinted(hint), 100.1) == [Do.DRAW]
    loop.on(Saved("12:00:01"), 101.0)
    assert loop.view.hint == hint
    loop.on(Graded(2, partial, is_final=True), 101.1)
    assert loop.view.hint == hint

    loop.on(Saved("12:00:02"), 102.0)
    # Not yet: the probe may take the behaviour away again.
    loop.on(Graded(3, solved, is_final=False), 102.1)
    assert loop.view.hint == hint
    loop.on(Graded(3, solved, is_final=True), 102.2)
    assert loop.view.hint is None


def test_a_hint_goes_when_the_problem_is_read_anew(loop: Loop) -> None:
    loop.on(Hinted(HINT), 100.1)

    loop.on(TestsChanged(), 101.0)

    assert loop.view.hint is None


def test_a_hint_that_is_not_remembered_is_shown_and_says_so(loop: Loop) -> None:
    loop.on(Hinted(replace(HINT, trouble="The disk is full.")), 100.1)

    assert loop.view.hint is not None
    assert loop.view.note == "The disk is full."


def test_a_note_outlives_the_save_that_it_speaks_of(loop: Loop) -> None:
    loop.on(Said("The stub is back."), 100.1)

    loop.on(Saved("12:00:01"), 100.2)
    assert loop.view.note == "The stub is back."

    loop.on(Saved("12:00:05"), 100.2 + NOTE_STANDS)
    assert loop.view.note == ""


def test_another_problem_begins_with_nothing(loop: Loop, solved: ProblemResult) -> None:
    loop.on(Graded(1, solved, is_final=True), 100.1)
    loop.on(Hinted(HINT), 100.2)
    loop.on(Saved("12:00:01"), 100.2)

    assert loop.on(Moved(), 100.3) == [Do.DRAW, Grade(3)]
    assert loop.view == replace(loop.view, result=None, saved_at="", hint=None)


def test_a_window_that_was_resized_is_drawn_again(loop: Loop) -> None:
    assert loop.on(Disturbed(), 100.1) == [Do.DRAW]
