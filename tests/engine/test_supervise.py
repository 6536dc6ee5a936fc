"""One job to its end, whatever its workers say and however they end."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from grader.case import TestCase, Trial
from grader.engine import Engine, Job, run_job, supervise
from grader.engine.job import Order
from grader.outcome import Outcome, TestReport
from grader.problem import Limits

PATIENT = Limits(60.0, 60.0)
# Time enough for every line to be heard, and then used up.
SHORT = Limits(60.0, 0.5)
LOST = "Its result did not arrive: something wrote over it, or ended the tests early"
UNTIL = "before the problem's 0.5 seconds were used up"


class FakeWorker:
    """Has said all it says already; ends at once, or, if it hangs, when it is killed."""

    pid = None

    def __init__(self, said: bytes, end: int | str) -> None:
        self.outcomes: BinaryIO = io.BytesIO(said)
        self.output: BinaryIO = io.BytesIO(b"printed\n")
        self._end = end
        self._killed = threading.Event()

    def kill(self) -> None:
        self._killed.set()

    def wait(self) -> int | None:
        if self._end == "hangs":
            self._killed.wait()
        return self._end if isinstance(self._end, int) else None

    def interrupt(self) -> None: ...
    def close(self) -> None: ...


class FakeEngine:
    """Starts a prepared worker for each order: what it says, and its status, if it has one."""

    isolation = "none"

    def __init__(self, *lives: tuple[bytes, int | str]) -> None:
        self._lives = list(lives)
        self.orders: list[Order] = []

    def tests(self) -> dict[str, tuple[TestCase, ...]]:
        return {}

    def probes(self) -> dict[str, tuple[str, ...]]:
        return {}

    def canaries(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {}

    def start(self, order: Order) -> FakeWorker:
        self.orders.append(order)
        said, end = self._lives.pop(0)
        return FakeWorker(said.replace(b"TOKEN", order.token.encode()), end)

    def close(self) -> None: ...


class FullEngine(FakeEngine):
    def start(self, order: Order) -> FakeWorker:
        raise OSError(24, "Too many open files")


def say(kind: str, **fields: object) -> bytes:
    """Return a message as a worker words it."""
    return b"\nTOKEN " + json.dumps({"kind": kind, **fields}).encode() + b"\n"


def start(test: str) -> bytes:
    return say("start", test=test)


def end(test: str, outcome: str = "passed") -> bytes:
    return say("end", test=test, report=report(outcome))


def run(test: str, outcome: str = "passed") -> bytes:
    return start(test) + end(test, outcome)


def report(outcome: str, message: str = "", where: str | None = None) -> dict[str, object]:
    return {"outcome": outcome, "message": message, "where": where, "seconds": 0.25}


READY = say("ready")
UP = READY + say("loaded")
DONE = say("done", cpu=0.25, wall=0.5)


def judge(engine: Engine, limits: Limits = PATIENT) -> Trial:
    """Run a job of the tests a, b and c."""
    return run_job(engine, Job("01", "p01_x", Path("/home/p01_x.py"), tuple("abc"), limits))


@pytest.fixture(autouse=True)
def solution_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the solution's path stand for its copy: there is no such file."""
    monkeypatch.setattr(supervise, "take_in", lambda path, _into: path)


@pytest.fixture(autouse=True)
def no_time_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for a fake to end by itself: it never does."""
    monkeypatch.setattr(supervise, "EXIT_SECONDS", 0.0)


def outcomes(trial: Trial) -> list[str]:
    return [trial.reports[test].outcome.value for test in "abc"]


def test_each_test_has_the_report_that_the_worker_sent() -> None:
    engine = FakeEngine((UP + run("a") + run("b", "failed") + run("c", "todo") + DONE, 0))

    trial = judge(engine)

    assert outcomes(trial) == ["passed", "failed", "todo"]
    assert trial.reports["a"] == TestReport(Outcome.PASSED, seconds=0.25)
    assert (trial.cpu_seconds, trial.wall_seconds) == (0.25, 0.5)
    assert (trial.output, trial.broken, trial.failure) == ("printed\n", None, None)


def test_a_solution_that_cannot_be_imported_costs_every_test_the_same() -> None:
    why = report("error", "is empty", "/home/p01_x.py:1")

    trial = judge(FakeEngine((READY + say("broken", report=why), 0)))

    assert trial.broken == TestReport(Outcome.ERROR, "is empty", "/home/p01_x.py:1", 0.25)
    assert set(trial.reports.values()) == {trial.broken}


def test_a_crash_costs_its_test_and_the_next_worker_goes_on_after_it() -> None:
    crash = UP + run("a") + start("b")
    engine = FakeEngine((crash, -11), (UP + run("c") + DONE, 0))

    trial = judge(engine)

    assert outcomes(trial) == ["passed", "crashed", "passed"]
    assert trial.reports["b"].message == "Ended the process: killed by SIGSEGV"
    assert [order.tests for order in engine.orders] == [("a", "b", "c"), ("c",)]
    assert engine.orders[0].token != engine.orders[1].token


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exit status 0"),
        (3, "exit status 3"),
        (97, "it could not say any more how its tests end"),
        (-9, "killed by SIGKILL"),
        (-1000, "killed by signal 1000"),
    ],
)
def test_a_crash_is_worded_by_its_status(status: int, words: str) -> None:
    lives = [(UP + start(test), status) for test in "abc"]

    trial = judge(FakeEngine(*lives))

    assert {report.message for report in trial.reports.values()} == {f"Ended the process: {words}"}


def test_a_crash_between_two_tests_is_the_next_ones() -> None:
    trial = judge(FakeEngine((UP + run("a"), 0), (UP + run("c") + DONE, 0)))

    assert outcomes(trial) == ["passed", "crashed", "passed"]


def test_the_line_of_a_crash_is_the_one_of_the_thread_that_crashed() -> None:
    dump = """
Thread 0x01 (most recent call first):
  File "/home/p01_x.py", line 7 in elsewhere
Current thread 0x02 (most recent call first):
  File "/lib/ctypes.py", line 1 in string_at
  File "/home/p01_x.py", line 5 in inner
  File "/home/p01_x.py", line 3 in outer
"""
    lives = [(UP + start(test) + dump.encode(), -11) for test in "abc"]

    trial = judge(FakeEngine(*lives))

    assert trial.reports["a"].where == "/home/p01_x.py:5"


@pytest.mark.parametrize(
    "said",
    [
        b"\nTOKEN {\n",
        b"\nTOKEN []\n",
        b'\nTOKEN {"kind": "end", "test": "a"}\n',
        b'\nTOKEN {"kind": "end", "test": "a", "report": {}}\n',
        b'\nTOKEN {"kind": "done", "cpu": [], "wall": 0}\n',
        b'\nTOKEN {"kind": "won"}\n',
        b'\nNEKOT {"kind": "done", "cpu": 0, "wall": 0}\n',
        b"garbage without an end",
    ],
)
def test_what_is_malformed_is_not_heard(said: bytes) -> None:
    lines = (start("a"), end("a"), run("b"), run("c"), DONE)

    trial = judge(FakeEngine((UP + said + said.join(lines), 0)))

    assert trial.failure is None
    assert outcomes(trial) == ["passed"] * 3


def test_an_end_that_is_foreign_or_repeated_is_ignored() -> None:
    said = UP + end("a", "failed") + start("a") + end("z", "failed") + end("b", "failed")
    said += end("a") + end("a", "failed") + run("b") + run("c") + DONE

    trial = judge(FakeEngine((said, 0)))

    assert sorted(trial.reports) == ["a", "b", "c"]
    assert outcomes(trial) == ["passed"] * 3


def test_a_start_that_is_foreign_or_repeated_is_ignored() -> None:
    again = start("a") + start("z") + READY + say("loaded")
    said = UP + start("a") + again + end("a")

    trial = judge(FakeEngine((said + again + run("b") + again + run("c") + DONE, 0)))

    assert sorted(trial.reports) == ["a", "b", "c"]
    assert outcomes(trial) == ["passed"] * 3


def test_a_test_whose_end_is_lost_is_charged_and_not_run_again() -> None:
    engine = FakeEngine((UP + start("a") + run("b") + run("c") + DONE, 0))

    trial = judge(engine)

    assert outcomes(trial) == ["crashed", "passed", "passed"]
    assert trial.reports["a"].message == LOST


def test_a_worker_that_is_done_too_early_is_charged_test_by_test() -> None:
    engine = FakeEngine((UP + run("a") + DONE, 0), (UP + DONE, 0))

    trial = judge(engine)

    assert outcomes(trial) == ["passed", "crashed", "crashed"]
    assert trial.reports["c"].message == LOST


def test_a_worker_that_is_done_and_does_not_end_is_killed() -> None:
    trial = judge(FakeEngine((UP + run("a") + run("b") + run("c") + DONE, "hangs")))

    assert outcomes(trial) == ["passed"] * 3


def test_a_worker_that_ends_before_it_is_ready_is_the_graders_fault() -> None:
    trial = judge(FakeEngine((b"No module named pytest\n", 1)))

    assert trial.failure == "A worker did not get ready. Ended the process: exit status 1"
    assert set(trial.reports.values()) == {TestReport(Outcome.NOT_RUN, trial.failure)}


def test_a_worker_that_does_not_get_ready_is_the_graders_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervise, "START_SECONDS", 0.0)

    trial = judge(FakeEngine((b"", "hangs")))

    assert trial.failure == "A worker did not get ready within 0 seconds"


def test_a_failure_before_anything_is_loaded_is_the_graders_fault() -> None:
    trial = judge(FakeEngine((say("failure", text="Traceback …\nKeyError: 1"), 0)))

    assert trial.failure == "Traceback …\nKeyError: 1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Traceback …\nKeyError: 1", "KeyError: 1"),
        ("Traceback …\nKeyError: 1\n", "KeyError: 1"),
        (" \n", "it does not say how"),
    ],
)
def test_a_failure_beside_a_solution_is_its_doing(text: str, words: str) -> None:
    said = UP + run("a") + start("b") + say("failure", text=text)

    trial = judge(FakeEngine((said, 0), (UP + run("c") + DONE, 0)))

    assert trial.failure is None
    assert outcomes(trial) == ["passed", "crashed", "passed"]
    assert trial.reports["b"].message == f"Broke what runs its tests: {words}"


def test_the_end_of_the_engines_own_process_is_the_graders_fault() -> None:
    trial = judge(FakeEngine((UP + start("a"), "unknown")))

    assert trial.failure == "The engine ended while problem 01 was graded"
    assert outcomes(trial) == ["not_run"] * 3


def test_a_machine_without_room_for_a_worker_is_the_graders_fault() -> None:
    trial = judge(FullEngine())

    assert trial.failure == "[Errno 24] Too many open files"


def test_a_problem_that_used_up_its_time_does_not_run_the_rest() -> None:
    trial = judge(FakeEngine((UP + run("a") + start("b"), "hangs")), SHORT)

    assert outcomes(trial) == ["passed", "timeout", "not_run"]
    assert trial.reports["b"].message == f"Did not end {UNTIL}"
    assert trial.reports["c"].message == "Not run: the problem's 0.5 seconds were used up"


def test_time_used_up_between_two_tests_is_no_tests_fault() -> None:
    trial = judge(FakeEngine((UP + run("a"), "hangs")), SHORT)

    assert outcomes(trial) == ["passed", "not_run", "not_run"]


def test_time_used_up_while_a_later_worker_starts_does_not_break_the_solution() -> None:
    engine = FakeEngine((UP + start("a"), 1), (READY, "hangs"))

    trial = judge(engine, SHORT)

    assert trial.broken is None
    assert outcomes(trial) == ["crashed", "not_run", "not_run"]


def test_an_import_that_uses_up_the_problems_time_breaks_the_solution() -> None:
    trial = judge(FakeEngine((READY, "hangs")), SHORT)

    assert trial.broken == TestReport(Outcome.ERROR, f"Did not end {UNTIL} while it was imported")


def test_a_worker_that_stands_still_between_two_tests_is_charged_with_the_next() -> None:
    engine = FakeEngine((UP + run("a"), "hangs"), (UP + run("c") + DONE, 0))

    trial = judge(engine, Limits(0.5, 60.0))

    assert outcomes(trial) == ["passed", "timeout", "passed"]


# --- canaries ---------------------------------------------------------------------------------


def judge_with_canaries(engine: Engine, limits: Limits = PATIENT) -> Trial:
    """Run a job of the tests a, b and c, with x and y, of which one at most may pass."""
    job = Job("01", "p01_x", Path("/home/p01_x.py"), tuple("abc"), limits, canaries=(("x", "y"),))
    return run_job(engine, job)


@pytest.mark.parametrize(
    ("one", "other", "tampered"),
    [
        ("passed", "passed", True),
        ("passed", "failed", False),
        ("failed", "passed", False),
        ("failed", "failed", False),
        ("passed", "todo", False),
    ],
)
def test_claims_that_contradict_each_other_must_not_both_pass(
    one: str, other: str, tampered: bool
) -> None:
    said = UP + b"".join(map(run, "abc")) + run("x", one) + run("y", other) + DONE
    engine = FakeEngine((said, 0))

    trial = judge_with_canaries(engine)

    assert trial.is_tampered is tampered
    assert outcomes(trial) == ["passed"] * 3
    assert trial.reports.keys() == {*"abc"}
    assert sorted(engine.orders[0].tests) == ["a", "b", "c", "x", "y"]


def test_canaries_are_mixed_in_anew_for_each_run() -> None:
    said = UP + b"".join(map(run, "abcxy")) + DONE
    orders = set()

    for _ in range(60):
        engine = FakeEngine((said, 0))
        judge_with_canaries(engine)
        orders.add(engine.orders[0].tests)

    assert len(orders) > 5
    assert {tuple(test for test in order if test in "abc") for order in orders} == {tuple("abc")}


@pytest.mark.parametrize("end", [(UP + start("x"), 1), (UP + start("x"), "hangs")])
def test_a_canary_that_ends_badly_takes_its_partner_along(end: tuple[bytes, int | str]) -> None:
    engine = FakeEngine(end, (UP + b"".join(map(run, "abc")) + DONE, 0))

    trial = judge_with_canaries(engine, Limits(0.05, 60.0))

    assert [order.tests for order in engine.orders[1:]] == [("a", "b", "c")]
    assert outcomes(trial) == ["passed"] * 3
    assert not trial.is_tampered


def test_the_time_of_a_canary_that_hung_is_given_back() -> None:
    engine = FakeEngine((UP + start("x"), "hangs"), (UP + b"".join(map(run, "abc")) + DONE, 0))

    # All of it is used up by the canary, were it not given back.
    trial = judge_with_canaries(engine, Limits(0.3, 0.3))

    assert outcomes(trial) == ["passed"] * 3


def test_a_broken_solution_is_not_called_tampered() -> None:
    said = READY + say("broken", report=report("error", "no such module"))

    trial = judge_with_canaries(FakeEngine((said, 0)))

    assert trial.broken is not None
    assert not trial.is_tampered
    assert trial.reports.keys() == {*"abc"}


# --- probes -----------------------------------------------------------------------------------


def test_answers_are_kept_with_their_steps() -> None:
    steps, found = [[{"behaviour": "a", "asked": "f()"}]], [[{"tuple": [1, 2.0]}]]
    said = UP + start("a") + say("answers", test="a", steps=steps, answers=found) + end("a")

    trial = judge(FakeEngine((said + run("b") + run("c") + DONE, 0)))

    assert trial.answers == {"a": (steps, found)}


def test_answers_about_another_behaviour_are_not_heard() -> None:
    forged = say("answers", test="b", steps=[], answers=[["forged"]])

    trial = judge(FakeEngine((UP + start("a") + forged + end("a") + run("b") + run("c") + DONE, 0)))

    assert trial.answers == {}
