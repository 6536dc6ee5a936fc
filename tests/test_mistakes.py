"""The solution's own errors that reached no test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from grader.mistakes import Mistakes
from grader.outcome import Outcome, TestReport
from grader.solution import Solution

SOURCE = """
import asyncio, json
from werkzeug.exceptions import abort

class Refused(Exception): ...

def mistake(): return {}["code"]
def library(): return json.dumps(object())
def refuses(): raise Refused("on purpose")
def passes_on(call): return call()
def not_found(): abort(404)
def times_out(): raise TimeoutError
def wordy(): raise ValueError("one\\ntwo\\nthree\\n  File test_hidden.py")
"""
FAILED = TestReport(Outcome.FAILED, "Found      500\nExpected   404", "x.py:1")


@pytest.fixture
def solution(tmp_path: Path) -> Solution:
    path = tmp_path / "p07_x.py"
    path.write_text(SOURCE)
    return Solution(path, "p07_x", lambda error: False)


def behind(solution: Solution, call: Callable[[ModuleType], object]) -> TestReport:
    """Let an error be heard of, and return the report of a claim that failed."""
    mistakes = Mistakes(solution, Path(__file__).parent)
    with pytest.raises(BaseException) as caught:  # noqa: PT011  # each case has another
        call(solution.load())
    solution.unload()
    mistakes.hear(caught.value)
    return mistakes.behind(FAILED)


@pytest.mark.parametrize(
    ("name", "line", "text"),
    [
        ("mistake", 7, "KeyError: 'code'"),
        ("library", 8, "TypeError: Object of type object is not JSON serializable"),
        ("refuses", 9, "Refused: on purpose"),
        ("wordy", 13, "ValueError: one\ntwo\nthree"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    solution: Solution, name: str, line: int, text: str
) -> None:
    report = behind(solution, lambda module: getattr(module, name)())

    assert report.message == f"Found      500\nExpected   404\nRaised     {text}"
    assert report.where == f"{solution.path}:{line}"


def of_a_test() -> None:
    raise KeyError("of a test")


@pytest.mark.parametrize(
    "call",
    [
        lambda module: module.passes_on(of_a_test),
        lambda module: module.not_found(),
        lambda module: module.times_out(),
        lambda module: of_a_test(),
    ],
    ids=["passed on", "of a framework", "a time-out", "none of the solution's"],
)
def test_what_is_no_mistake_is_not_told(
    solution: Solution, call: Callable[[ModuleType], object]
) -> None:
    assert behind(solution, call) is FAILED


def test_a_test_that_did_not_fail_by_a_claim_has_no_mistake_behind_it(solution: Solution) -> None:
    mistakes = Mistakes(solution, Path(__file__).parent)
    with pytest.raises(KeyError) as caught:
        solution.load().mistake()
    mistakes.hear(caught.value)
    crashed = TestReport(Outcome.CRASHED, "Ended the process")

    assert mistakes.behind(crashed) is crashed
