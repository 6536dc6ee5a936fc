"""The examples of the statement."""

import asyncio
import itertools

import pytest

from grader.testkit import call, call_raising, expect
from grader.testkit.clock import run, virtual_time


@pytest.fixture(autouse=True)
def clock():
    with virtual_time() as clock:
        yield clock


def test_backoff_delays(solution):
    found = list(itertools.islice(call(solution.backoff_delays, 0.25, 2.0, 1.5).value, 5))
    expect("five of backoff_delays(0.25, 2.0, 1.5)", found, [0.25, 0.5, 1.0, 1.5, 1.5])


def test_a_function_that_fails_twice(solution):
    answers, told = iter([OSError("down"), OSError("busy"), "tea"]), []

    def price():
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    decorator = call(solution.retry, base=0.01, on_retry=lambda *args: told.append(args)).value
    call(call(decorator, price).value).gives("tea")
    found = [(attempt, str(error), delay) for attempt, error, delay in told]
    expect("what on_retry was told", found, [(1, "down", 0.01), (2, "busy", 0.02)])


def test_an_error_that_is_not_listed(solution):
    def lookup():
        raise KeyError("tea")

    decorated = call(call(solution.retry, retry_on=(OSError,)).value, lookup).value
    call_raising(KeyError, decorated)


def test_a_coroutine(clock, solution):
    async def stock():
        await asyncio.sleep(0)
        return 7

    decorated = call(call(solution.retry, attempts=2, deadline=5.0).value, stock).value
    expect("await stock()", run(decorated(), clock), 7)
