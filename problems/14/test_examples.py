"""The examples of the statement."""

import pytest

from grader.testkit import call, call_raising, expect
from grader.testkit.threads import controlled_threads


@pytest.fixture
def threads():
    with controlled_threads() as threads:
        yield threads


def test_safe_counter(threads, solution):
    def script(_):
        counter = call(solution.SafeCounter, 20).value
        call(counter.increment).gives(21)
        call(counter.decrement, 6).gives(15)
        call(counter.compare_and_set, 15, 2).gives(True)
        call(counter.try_acquire, 3).gives(True)
        call(counter.try_acquire, 3).gives(False)
        call(counter.reset).gives(3)
        expect("counter.value", counter.value, 0)
        call_raising(TypeError, counter.increment, "3")

    # In a thread under control, where waiting for ever is found out at once.
    threads.in_turn(solution, dict, [script], lambda run: None)


def test_keyed_counter(threads, solution):
    def script(_):
        hits = call(solution.KeyedCounter).value
        call(hits.increment, "/orders").gives(1)
        call(hits.increment, "/users", 3).gives(3)
        call(hits.snapshot).gives({"/orders": 1, "/users": 3})

    threads.in_turn(solution, dict, [script], lambda run: None)
