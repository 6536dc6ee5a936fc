"""From the error that ended a test to its outcome, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from grader.errors import PartError, SolutionError
from grader.exits import ExitGuard
from grader.interrupts import InterruptWatch, RunEnded, ends_run
from grader.judge import judge
from grader.outcome import Outcome, TestReport
from grader.solution import Solution
from grader.testkit import call, expect

SOURCE = """
import os

def todo(): raise NotImplementedError
def abstract(): int.from_bytes(object())
def fails(): raise ValueError("no")
def silent(): raise KeyError
def again(): return again()
def one(x): return x
def calls_one(): return one(1, 2)
def nested(): call_me_not = missing
class Cart:
    def add(self, item): return item
class Loud(Exception):
    def __str__(self): return "\\x1b[31m" + "x" * 100_000
def loud(): raise Loud
def begins(): return again()
def ping(): return pong()
def pong(): return ping()
def leaves(): os._exit(3)
"""


@pytest.fixture
def solution(tmp_path: Path) -> Solution:
    path = tmp_path / "p07_x.py"
    path.write_text(SOURCE)
    return Solution(path, "p07_x", lambda error: False)


@pytest.fixture
def guard() -> Iterator[ExitGuard]:
    guard = ExitGuard()
    guard.start()
    yield guard
    guard.stop()


def judged(solution: Solution, test: Callable[[ModuleType], object]) -> TestReport:
    """Judge what ``test`` raises when it is given the loaded solution."""
    try:
        test(solution.load())
    except BaseException as error:  # noqa: BLE001  # this is what is judged
        return judge(error, solution)
    finally:
        solution.unload()
    pytest.fail("the test passed")


def line(report: TestReport) -> int | None:
    return int(report.where.rpartition(":")[2]) if report.where else None


def test_what_the_solution_has_not_implemented_is_to_do(solution: Solution) -> None:
    report = judged(solution, lambda module: call(module.todo))

    assert (report.outcome, line(report)) == (Outcome.TODO, 4)


def test_an_unimplemented_part_of_another_library_is_a_failure(solution: Solution) -> None:
    def test(module: ModuleType) -> None:
        raise NotImplementedError

    assert judged(solution, test).outcome is Outcome.FAILED


def test_an_error_is_told_with_the_call_and_the_line(solution: Solution) -> None:
    report = judged(solution, lambda module: call(module.fails))

    assert report.message == "Called     fails()\nRaised     ValueError: no"
    assert (report.outcome, line(report)) == (Outcome.FAILED, 6)


def test_an_error_without_text_is_told_by_its_name(solution: Solution) -> None:
    assert judged(solution, lambda module: module.silent()).message == "Raised     KeyError"


def test_a_mismatch_is_placed_at_the_function_that_was_called(solution: Solution) -> None:
    report = judged(solution, lambda module: call(module.one, 1).gives(2))

    assert report.message == "Called     one(1)\nReturned   1\nExpected   2"
    assert line(report) == 9


def test_a_mismatch_of_a_method_is_placed_at_the_method(solution: Solution) -> None:
    assert line(judged(solution, lambda module: call(module.Cart().add, 1).gives(2))) == 13


def test_a_claim_about_no_function_has_no_place(solution: Solution) -> None:
    assert judged(solution, lambda module: expect("x", 1, 2)).where is None


def test_a_missing_name_is_an_error_that_names_the_nearest(solution: Solution) -> None:
    report = judged(solution, lambda module: module.fail)

    assert report.outcome is Outcome.ERROR
    assert report.message == "Missing    the statement asks for `fail`; your file has `fails`"


def test_a_missing_method_is_an_error_of_the_class(solution: Solution) -> None:
    report = judged(solution, lambda module: module.Cart().remove_everything())

    assert report.message == (
        "Missing    the statement asks for `remove_everything`; your Cart has no such name"
    )


def test_a_missing_name_elsewhere_is_a_failure(solution: Solution) -> None:
    report = judged(solution, lambda module: int.no_such_name)  # type: ignore[attr-defined]

    assert report.outcome is Outcome.FAILED


def test_a_call_that_the_signature_does_not_accept_is_an_error(solution: Solution) -> None:
    report = judged(solution, lambda module: call(module.one, 1, y=2))

    assert report.outcome is Outcome.ERROR
    assert report.message.splitlines() == [
        "Called     one(1, y=2)",
        "Signature  one() got an unexpected keyword argument 'y'",
    ]


def test_a_wrong_call_inside_the_solution_is_a_failure(solution: Solution) -> None:
    assert judged(solution, lambda module: call(module.calls_one)).outcome is Outcome.FAILED


def test_endless_recursion_is_told_with_the_line_that_comes_again(solution: Solution) -> None:
    report = judged(solution, lambda module: module.begins())

    assert report.message == "Raised     RecursionError: `again` keeps calling itself"
    assert line(report) == 8


def test_functions_that_call_each_other_for_ever_are_both_named(solution: Solution) -> None:
    report = judged(solution, lambda module: module.ping())

    assert report.message in (
        "Raised     RecursionError: `ping` and `pong` keep calling each other",
        "Raised     RecursionError: `pong` and `ping` keep calling each other",
    )


def test_a_recursion_that_is_not_the_solutions_is_a_failure_like_any_other(
    solution: Solution,
) -> None:
    def test(module: ModuleType) -> None:
        raise RecursionError("too deep")

    assert judged(solution, test).message == "Raised     RecursionError: too deep"


def test_a_loud_error_is_capped_and_harmless(solution: Solution) -> None:
    report = judged(solution, lambda module: module.loud())

    assert len(report.message) < 1000
    assert "\x1b" not in report.message


def test_a_bare_assertion_keeps_the_authors_words(solution: Solution) -> None:
    def test(module: ModuleType) -> None:
        raise AssertionError("the cart is empty\nassert [] == [1]")

    assert judged(solution, test).message == "the cart is empty"


@pytest.mark.parametrize(
    "text", ["assert [] == [1]\n +  where [] = items()", ""], ids=["rewritten", "empty"]
)
def test_a_bare_assertion_without_words_shows_no_line_of_the_test(
    solution: Solution, text: str
) -> None:
    def test(module: ModuleType) -> None:
        raise AssertionError(text)

    assert judged(solution, test).message == (
        "Raised     AssertionError: a claim about what it did does not hold"
    )


def test_notes_of_others_are_not_shown(solution: Solution) -> None:
    def test(module: ModuleType) -> None:
        error = ValueError("no")
        error.add_note("Falsifying example: test_it(x=1)")
        error.add_note("Called     f(1)")
        raise error

    assert judged(solution, test).message == "Called     f(1)\nRaised     ValueError: no"


def test_a_process_that_ends_is_a_crash_with_its_line(solution: Solution, guard: ExitGuard) -> None:
    report = judged(solution, lambda module: module.leaves())

    assert (report.outcome, line(report)) == (Outcome.CRASHED, 20)
    assert report.message == "Ended the process: exit status 3"


def test_an_import_that_ends_the_process_is_told_as_such(
    solution: Solution, guard: ExitGuard
) -> None:
    solution.path.write_text("import os\nos._exit(4)\n")

    report = judged(solution, lambda module: None)

    assert report.message == "Ended the process: exit status 4 while it was imported"


def test_a_time_out_is_one(solution: Solution) -> None:
    def test(module: ModuleType) -> None:
        pytest.fail("Timeout (>5.0s) from pytest-timeout.")

    assert judged(solution, test).outcome is Outcome.TIMEOUT


@pytest.mark.parametrize("outcome", [pytest.skip, pytest.xfail], ids=["skip", "xfail"])
def test_a_skip_is_no_pass(solution: Solution, outcome: Callable[[str], None]) -> None:
    report = judged(solution, lambda module: outcome("no"))

    assert report.outcome is Outcome.FAILED
    assert "did not pass" in report.message


def test_the_wish_to_end_the_run_is_told_with_its_call(solution: Solution) -> None:
    def test(module: ModuleType) -> None:
        interrupt = KeyboardInterrupt()
        interrupt.add_note("Called     f()")
        raise RunEnded from interrupt

    assert judged(solution, test).message == (
        "Called     f()\nRaised     KeyboardInterrupt, which would end the whole program"
    )


def test_a_solution_that_cannot_be_loaded_is_an_error(solution: Solution) -> None:
    report = judge(SolutionError("is empty", where="x.py:1"), solution)

    assert report == TestReport(Outcome.ERROR, "is empty", "x.py:1")


def test_a_part_that_cannot_be_loaded_says_which(solution: Solution) -> None:
    report = judge(PartError("core/models.py: is empty", where="core/models.py:1"), solution)

    assert report.message == "Broken     core/models.py: is empty"


def test_without_a_signal_an_interrupt_is_the_solutions() -> None:
    watch = InterruptWatch()

    assert ends_run(KeyboardInterrupt(), watch)
    assert ends_run(pytest.exit.Exception("bye"), watch)
    assert not ends_run(SystemExit(), watch)


def test_after_a_signal_an_interrupt_is_the_users() -> None:
    watch = InterruptWatch()
    watch.received = True

    assert watch.is_signal(KeyboardInterrupt())
    assert not ends_run(KeyboardInterrupt(), watch)
