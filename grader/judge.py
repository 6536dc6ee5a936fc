"""From the error that ended a test to its outcome, in words for the learner."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from types import ModuleType, TracebackType

import pytest

from grader.errors import PartError, SolutionError
from grader.exits import ProcessEnded
from grader.interrupts import RunEnded
from grader.meant import nearest, suggestion
from grader.outcome import Outcome, TestReport
from grader.solution import Solution
from grader.testkit import calls as testkit
from grader.testkit.calls import Mismatch
from grader.text import printable, safe_str, shorten

# As CPython words it: Python/ceval.c and Objects/call.c.
_WRONG_CALL = re.compile(
    r"\(\) (takes|missing|got an unexpected keyword|got multiple values"
    r"|got some positional-only)|^\w+\(\) takes no arguments"
)
_TIMEOUT = "Timeout ("  # pytest-timeout's message begins with it
_MESSAGE_LIMIT = 2_000
_NOTES = ("Called  ", "Expected  ")
_NO_WORDS = "Raised     AssertionError: a claim about what it did does not hold"


def judge(error: BaseException, solution: Solution) -> TestReport:
    """Return how a test that ``error`` ended has ended."""
    outcome, message, where = _verdict(error, solution)
    source = error.__cause__ if isinstance(error, RunEnded) else error
    notes = [note for note in getattr(source, "__notes__", ()) if isinstance(note, str)]
    # Others leave notes too: hypothesis writes a call of the hidden test itself.
    ours = [note for note in notes if note.startswith(_NOTES)]
    text = "\n".join([*ours, message])
    return TestReport(outcome, shorten(printable(text), _MESSAGE_LIMIT), where)


def _verdict(error: BaseException, solution: Solution) -> tuple[Outcome, str, str | None]:
    trace = error.__traceback__
    where = solution.where(trace)
    if isinstance(error, SolutionError):
        label = "Broken     " if isinstance(error, PartError) else ""
        end = _end(error.__cause__)
        message = f"{end[1]} while it was imported" if end else error.message
        return Outcome.ERROR, label + message, error.where
    if isinstance(error, NotImplementedError) and _raised_by(solution, trace):
        return Outcome.TODO, "it still raises NotImplementedError", where
    if isinstance(error, Mismatch):
        return Outcome.FAILED, str(error), where or _definition(error.function, solution)
    misfit = None if _raised_by(solution, trace) else _misfit(error, solution)
    if misfit:
        return Outcome.ERROR, misfit, where
    if end := _end(error):
        return *end, where
    repeated = _recursion(trace, solution) if isinstance(error, RecursionError) else None
    return Outcome.FAILED, *(repeated or (raised(error), where))


def _end(error: BaseException | None) -> tuple[Outcome, str] | None:
    """Word what stands for the end of a process, or of the time that it had."""
    if isinstance(error, pytest.fail.Exception) and safe_str(error).startswith(_TIMEOUT):
        return Outcome.TIMEOUT, "Did not end in time"
    if isinstance(error, ProcessEnded):
        return Outcome.CRASHED, safe_str(error)
    return None


def _recursion(trace: TracebackType | None, solution: Solution) -> tuple[str, str] | None:
    """Word an endless recursion of the solution, and find the line that comes again and again."""
    walked = list(traceback.walk_tb(trace))
    own = [(f.f_code, line) for f, line in walked if solution.owns(f.f_code.co_filename)]
    if not own:
        return None
    code, line = Counter(own).most_common(1)[0][0]
    # Twice is once too few: on the way into the recursion stands each caller of it.
    names = [code.co_name for code, times in Counter(c for c, _ in own).items() if times > 2]
    others = sorted(set(names) - {code.co_name})
    circle = f"`{code.co_name}` keeps calling itself"
    if others:
        circle = f"`{code.co_name}` and `{'`, `'.join(others)}` keep calling each other"
    return f"Raised     RecursionError: {circle}", f"{code.co_filename}:{line}"


def raised(error: BaseException) -> str:
    """Word an error."""
    if isinstance(error, RunEnded) and error.__cause__ is not None:
        name = type(error.__cause__).__name__
        return f"Raised     {name}, which would end the whole program"
    if isinstance(error, pytest.skip.Exception | pytest.xfail.Exception):
        return "Raised     an outcome of pytest: a test that did not run to its end did not pass"
    if type(error) is AssertionError or isinstance(error, pytest.fail.Exception):
        # Under pytest's rewriting the author's words come first, then the expression, which is
        # a line of the test.
        words = safe_str(error).split("\nassert ")[0]
        return _NO_WORDS if words.startswith("assert ") or not words else words
    text = safe_str(error)
    return f"Raised     {type(error).__name__}" + (f": {text}" if text else "") + suggestion(error)


def _raised_by(solution: Solution, trace: TracebackType | None) -> bool:
    """Tell whether the frame that raised is the solution's own."""
    frames = list(traceback.walk_tb(trace))
    return bool(frames) and solution.owns(frames[-1][0].f_code.co_filename)


def _definition(function: object, solution: Solution) -> str | None:
    """Return where ``function`` is defined, if the solution defines it."""
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is not None and solution.owns(code.co_filename):
        return f"{code.co_filename}:{code.co_firstlineno}"
    return None


def _misfit(error: BaseException, solution: Solution) -> str | None:
    """Word the error of a test that the solution's names or signatures do not fit."""
    return _missing_name(error, solution) or _wrong_call(error)


def _was_called_by_test(error: BaseException) -> bool:
    """Tell whether the call that failed is one that the testkit made for a test."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return bool(frames) and frames[-1][0].f_code.co_filename == testkit.__file__


def _missing_name(error: BaseException, solution: Solution) -> str | None:
    """Word the error of a test that reached for a name the solution does not have."""
    if not isinstance(error, AttributeError) or not isinstance(error.name, str):
        return None
    owner = error.obj
    if isinstance(owner, ModuleType) and owner.__name__.split(".")[0] == solution.slug:
        holder = "your file"
    elif getattr(type(owner), "__module__", "").split(".")[0] == solution.slug:
        holder = f"your {type(owner).__name__}"
    else:
        return None
    near = nearest(error.name, dir(owner))
    has = f"has `{near}`" if near else "has no such name"
    return f"Missing    the statement asks for `{error.name}`; {holder} {has}"


def _wrong_call(error: BaseException) -> str | None:
    """Word the error of a call that the solution's signature did not accept."""
    text = safe_str(error)
    is_signature = isinstance(error, TypeError) and _WRONG_CALL.search(text)
    if not is_signature or not _was_called_by_test(error):
        return None
    return f"Signature  {text}"
