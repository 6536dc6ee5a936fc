"""Hidden tests of 14 · Thread-safe counter."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from grader.testkit import call, call_as, call_raising, expect, expect_that, wsgi
from grader.testkit.calls import Mismatch, lines
from grader.testkit.same import same
from grader.testkit.threads import controlled_threads

behaviour = pytest.mark.behaviour

THREADS = 3


@pytest.fixture
def threads():
    """Asked for before ``solution``: a lock that is made at its import is under control too."""
    with controlled_threads() as threads:
        yield threads


def alone(threads, solution, script):
    """Run a script in a thread of its own, where waiting for ever is found out at once."""
    errors = []

    def run(_):
        try:
            script()
        except Exception as error:  # raised below, without the story of a single thread
            errors.append(error)

    threads.in_turn(solution, dict, [run], lambda run: None)
    for error in errors:
        raise error


class Operation:
    """What one of two threads does with a counter, with a text for a failure."""

    def __init__(self, text, function):
        self.text = text
        self.function = function

    def __call__(self, counter):
        return self.function(counter)


def at_once(threads, solution, start, operations, outcomes, *, switches=1):
    """Run two operations in every schedule; each must come out as if one came after the other.

    The counter begins with ``start``: an int, or a dict of counts. An outcome is what the first
    operation returned, what the second returned, and what the counter holds in the end.
    """
    make, held = (safe, value_of) if isinstance(start, int) else (keyed, snapshot_of)
    texts = [operation.text for operation in operations]

    def check(run):
        found = (*run.returned, held(run.state))
        if not any(same(found, outcome) for outcome in outcomes):
            raise Mismatch(
                lines(
                    Began=f"with {start!r}; then at once: A {texts[0]}, B {texts[1]}",
                    Found=told(found),
                    Expected="; or ".join(map(told, outcomes)),
                )
            )

    threads.interleave(
        solution, lambda: make(solution, start), operations, check, switches=switches
    )


def safe(solution, start):
    """Return a SafeCounter with the value ``start``, also if a reset goes back to the initial."""
    counter = solution.SafeCounter()
    if start:
        counter.increment(start)
    return counter


def keyed(solution, counts):
    """Return a KeyedCounter with these counts."""
    counter = solution.KeyedCounter()
    for key, count in counts.items():
        counter.increment(key, count)
    return counter


def value_of(counter):
    return counter.value


def snapshot_of(counter):
    return counter.snapshot()


def told(outcome):
    first, second, after = outcome
    what = "snapshot()" if isinstance(after, dict) else "value"
    return f"A got {first!r}, B got {second!r}, {what} is {after!r}"


def attribute(counter, name, expected):
    expect(f"counter.{name}", getattr(counter, name), expected)


increment = Operation("increment()", lambda counter: counter.increment())
decrement = Operation("decrement()", lambda counter: counter.decrement())
reset = Operation("reset()", lambda counter: counter.reset())
read = Operation("value", value_of)
acquire = Operation("try_acquire(1)", lambda counter: counter.try_acquire(1))


# --- One thread -------------------------------------------------------------------------------


@behaviour("counts")
def test_increment_and_decrement_return_the_new_value(threads, solution):
    def script():
        attribute(call(solution.SafeCounter).value, "value", 0)
        counter = call(solution.SafeCounter, 10).value
        attribute(counter, "value", 10)
        call(counter.increment).gives(11)
        call(counter.increment, 31).gives(42)
        call(counter.decrement).gives(41)
        call(counter.increment, 0).gives(41)
        call(counter.decrement, -9).gives(50)
        call(counter.increment, n=-57).gives(-7)
        attribute(counter, "value", -7)

    alone(threads, solution, script)


@behaviour("steps")
def test_reset_returns_the_value_and_leaves_0(threads, solution):
    def script():
        counter = call(solution.SafeCounter, 7).value
        call(counter.increment, 2)
        call(counter.reset).gives(9)
        attribute(counter, "value", 0)
        call(counter.reset).gives(0)

    alone(threads, solution, script)


@behaviour("steps")
def test_compare_and_set_sets_only_if_the_value_is_the_expected_one(threads, solution):
    def script():
        counter = call(solution.SafeCounter, 3000).value
        call(counter.compare_and_set, 4000, 9).gives(False)
        attribute(counter, "value", 3000)
        call(counter.increment).gives(3001)
        call(counter.compare_and_set, 3001, 8).gives(True)
        attribute(counter, "value", 8)
        call(counter.compare_and_set, 8, 8).gives(True)

    alone(threads, solution, script)


@behaviour("steps")
def test_try_acquire_adds_1_below_the_limit(threads, solution):
    def script():
        counter = call(solution.SafeCounter, 1).value
        for expected in (True, True, False):
            call(counter.try_acquire, 3).gives(expected)
        call(counter.try_acquire, 2).gives(False)
        attribute(counter, "value", 3)

    alone(threads, solution, script)


@behaviour("independent")
def test_two_counters_share_no_value(threads, solution):
    def script():
        first, second = solution.SafeCounter(1), solution.SafeCounter(100)
        call_as("first.increment", first.increment).gives(2)
        call_as("second.increment", second.increment).gives(101)
        call_as("second.reset", second.reset)
        expect("first.value, after second was reset", first.value, 2)

    alone(threads, solution, script)


@behaviour("independent")
def test_two_keyed_counters_share_no_counts(threads, solution):
    def script():
        first, second = solution.KeyedCounter(), solution.KeyedCounter()
        call_as("first.increment", first.increment, "a").gives(1)
        call_as("second.snapshot", second.snapshot).gives({})
        call_as("second.increment", second.increment, "a").gives(1)

    alone(threads, solution, script)


# --- What is refused --------------------------------------------------------------------------


@behaviour("refuses")
@pytest.mark.parametrize("n", ["2", None, 2.0], ids=repr)
def test_an_n_that_is_no_int_is_a_type_error(threads, solution, n):
    def script():
        call_raising(TypeError, solution.SafeCounter().increment, n)
        call_raising(TypeError, solution.SafeCounter().decrement, n)
        call_raising(TypeError, solution.KeyedCounter().increment, "a", n)

    alone(threads, solution, script)


@behaviour("refuses")
@pytest.mark.parametrize("n", ["2", 2.0], ids=repr)
def test_a_refused_n_changes_nothing(threads, solution, n):
    def script():
        counter = solution.SafeCounter(5)
        call_raising(TypeError, counter.increment, n)
        call_raising(TypeError, counter.decrement, n)
        expect("value after two refused calls", counter.value, 5)

    alone(threads, solution, script)


@behaviour("refuses")
def test_a_refused_n_makes_no_key(threads, solution):
    def script():
        counter = keyed(solution, {"a": 1})
        call_raising(TypeError, counter.increment, "a", "2")
        call_raising(TypeError, counter.increment, "b", "2")
        expect("snapshot() after two refused calls", counter.snapshot(), {"a": 1})

    alone(threads, solution, script)


@behaviour("refuses")
def test_after_a_refused_n_other_threads_go_on(threads, solution):
    def refuse(counter):
        call_raising(TypeError, counter.increment, "2")

    def go_on(counter):
        counter.increment()

    threads.interleave(solution, solution.SafeCounter, [refuse, go_on], lambda run: None)


@behaviour("refuses")
def test_after_a_refused_n_other_threads_go_on_with_keys(threads, solution):
    def refuse(counter):
        call_raising(TypeError, counter.increment, "a", "2")

    def go_on(counter):
        counter.increment("b")

    threads.interleave(solution, solution.KeyedCounter, [refuse, go_on], lambda run: None)


# --- Two threads at once ----------------------------------------------------------------------


@behaviour("increments")
def test_two_increments_at_once_return_different_values(threads, solution):
    outcomes = [(1, 2, 2), (2, 1, 2)]
    at_once(threads, solution, 0, [increment] * 2, outcomes)


@behaviour("increments")
def test_an_increment_and_a_decrement_at_once_both_count(threads, solution):
    outcomes = [(6, 5, 5), (5, 4, 5)]
    at_once(threads, solution, 5, [increment, decrement], outcomes)


@behaviour("increments")
def test_the_first_two_increments_count_wherever_both_are_stopped(threads, solution):
    outcomes = [(1, 2, 2), (2, 1, 2)]
    at_once(threads, solution, 0, [increment] * 2, outcomes, switches=2)


@behaviour("reset")
def test_reset_and_increment_at_once_lose_nothing(threads, solution):
    def check(run):
        _, cleared = run.returned
        what = "5 and increment() by A: what reset() of B returned plus the value that is left"
        expect(what, cleared + run.state.value, 6)

    threads.interleave(solution, lambda: safe(solution, 5), [increment, reset], check)


@behaviour("reset")
def test_an_increment_comes_before_a_reset_or_after_it(threads, solution):
    outcomes = [(6, 6, 0), (1, 5, 1)]
    at_once(threads, solution, 5, [increment, reset], outcomes)


@behaviour("reset")
def test_of_two_resets_at_once_one_clears(threads, solution):
    outcomes = [(5, 0, 0), (0, 5, 0)]
    at_once(threads, solution, 5, [reset] * 2, outcomes)


@behaviour("compare")
def test_of_two_compare_and_set_one_wins(threads, solution):
    first, second = (
        Operation("compare_and_set(0, 1)", lambda counter: counter.compare_and_set(0, 1)),
        Operation("compare_and_set(0, 2)", lambda counter: counter.compare_and_set(0, 2)),
    )
    outcomes = [(True, False, 1), (False, True, 2)]
    at_once(threads, solution, 0, [first, second], outcomes)


@behaviour("compare")
def test_compare_and_set_overwrites_no_increment(threads, solution):
    swap = Operation("compare_and_set(0, 10)", lambda counter: counter.compare_and_set(0, 10))
    outcomes = [(True, 11, 11), (False, 1, 1)]
    at_once(threads, solution, 0, [swap, increment], outcomes)


@behaviour("limit")
def test_only_one_of_two_gets_the_last_place(threads, solution):
    outcomes = [(True, False, 1), (False, True, 1)]
    at_once(threads, solution, 0, [acquire] * 2, outcomes)


@behaviour("limit")
def test_nobody_sees_a_value_above_the_limit(threads, solution):
    outcomes = [(False, 1, 1)]
    at_once(threads, solution, 1, [acquire, read], outcomes)


@behaviour("limit")
def test_an_increment_comes_before_try_acquire_or_after_it(threads, solution):
    outcomes = [(True, 2, 2), (False, 1, 1)]
    at_once(threads, solution, 0, [acquire, increment], outcomes)


# --- Keys -------------------------------------------------------------------------------------


count_a = Operation("increment('a')", lambda counter: counter.increment("a"))


@behaviour("keyed")
def test_each_key_is_counted_from_0(threads, solution):
    def script():
        counter = call(solution.KeyedCounter).value
        call(counter.snapshot).gives({})
        call(counter.increment, "tea", 4).gives(4)
        call(counter.increment, "tea").gives(5)
        call(counter.increment, "jam", n=-2).gives(-2)
        call(counter.snapshot).gives({"tea": 5, "jam": -2})

    alone(threads, solution, script)


@behaviour("keyed")
def test_two_increments_of_a_new_key_at_once_both_count(threads, solution):
    outcomes = [(1, 2, {"a": 2}), (2, 1, {"a": 2})]
    at_once(threads, solution, {}, [count_a] * 2, outcomes)


@behaviour("keyed")
def test_two_increments_of_a_known_key_at_once_both_count(threads, solution):
    outcomes = [(6, 7, {"a": 7}), (7, 6, {"a": 7})]
    at_once(threads, solution, {"a": 5}, [count_a] * 2, outcomes)


@behaviour("keyed")
def test_the_first_two_of_a_key_count_wherever_both_are_stopped(threads, solution):
    outcomes = [(1, 2, {"a": 2}), (2, 1, {"a": 2})]
    at_once(threads, solution, {}, [count_a] * 2, outcomes, switches=2)


@behaviour("snapshot")
def test_a_snapshot_is_a_dict_of_its_own(threads, solution):
    def script():
        counter = keyed(solution, {"a": 1})
        earlier = call(counter.snapshot).value
        call(counter.increment, "a")
        expect("a snapshot, after a later increment", earlier, {"a": 1})
        earlier["b"] = 9
        expect("snapshot(), after an earlier one was changed", counter.snapshot(), {"a": 2})

    alone(threads, solution, script)


def expect_moments(threads, solution, keys, moments):
    """Fail unless a snapshot, taken while another thread counts these keys, shows a moment."""

    def count(counter):
        for key in keys:
            counter.increment(key)

    def check(run):
        what = f"snapshot() by B from {moments[0]!r} on, while A increments {', then '.join(keys)}"
        found = run.returned[1]
        is_moment = any(same(found, moment) for moment in moments)
        expect_that(what, is_moment, found, ", or ".join(map(repr, moments)))

    threads.interleave(solution, lambda: keyed(solution, moments[0]), [count, snapshot_of], check)


@behaviour("snapshot")
def test_a_snapshot_shows_all_counts_at_one_moment(threads, solution):
    moments = [{"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 2, "b": 2}]
    expect_moments(threads, solution, ["a", "b"], moments)


@behaviour("snapshot")
def test_a_key_may_appear_while_a_snapshot_is_taken(threads, solution):
    moments = [{"a": 1, "b": 1}, {"a": 1, "b": 1, "c": 1}]
    expect_moments(threads, solution, ["c"], moments)


# --- In use -----------------------------------------------------------------------------------


def in_a_loop(text, function):
    """Return an operation that runs in a coroutine, on an event loop of its own."""

    async def main(counter):
        return function(counter)

    return Operation(text, lambda counter: asyncio.run(main(counter)))


@behaviour("asyncio")
def test_a_counter_may_be_used_on_two_loops_one_after_the_other(threads, solution):
    def script():
        counter = call(solution.SafeCounter).value

        async def count():
            await asyncio.sleep(0)
            return counter.increment()

        async def main():
            return await asyncio.gather(count(), count())

        expect("what two tasks on one loop got from increment()", asyncio.run(main()), [1, 2])
        expect("what two tasks on a second loop got", asyncio.run(main()), [3, 4])
        attribute(counter, "value", 4)

    alone(threads, solution, script)


@behaviour("asyncio")
def test_increments_on_two_loops_in_two_threads_both_count(threads, solution):
    count = in_a_loop("increment() on a loop of its own", lambda counter: counter.increment())
    outcomes = [(1, 2, 2), (2, 1, 2)]
    at_once(threads, solution, 0, [count] * 2, outcomes)


def application(counter):
    """Return the app of the statement around a counter."""
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.post("/counter")
    def count():
        return {"value": counter.increment()}

    return app


def post(app):
    """Return what the app answers."""
    return wsgi.client(app).post("/counter").json["value"]


@behaviour("flask")
def test_requests_on_the_threads_of_a_pool_are_all_counted(threads, solution):
    def script():
        app = application(call(solution.SafeCounter).value)
        # Without a time-out: under control, waiting for ever is found out without one.
        meeting = threading.Barrier(THREADS)

        @app.before_request
        def meet():
            meeting.wait()

        with ThreadPoolExecutor(THREADS) as pool:
            found = [*pool.map(post, [app] * THREADS), *pool.map(post, [app] * THREADS)]
        what = f"what POST /counter answered on {THREADS} threads at once, twice, in order"
        expect(what, sorted(found), [1, 2, 3, 4, 5, 6])

    alone(threads, solution, script)


@behaviour("flask")
def test_two_requests_at_once_are_answered_with_different_values(threads, solution):
    def check(run):
        what = "what POST /counter answered to A and B, who ask at once, in order"
        expect(what, sorted(run.returned), [1, 2])

    threads.interleave(solution, lambda: application(solution.SafeCounter()), [post] * 2, check)
