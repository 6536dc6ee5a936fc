"""Hidden tests of 10 · Partial failures."""

import asyncio
import functools

import pytest

from grader.testkit import call, call_async, call_raising, expect, expect_that
from grader.testkit.clock import run, virtual_time
from grader.testkit.leftovers import no_leftovers
from grader.testkit.liveness import InFlight, Rendezvous

behaviour = pytest.mark.behaviour


class Broken(Exception):
    """What a call raises."""


class Call:
    """A call that is given to gather_partial, with a name that reads well in a failure."""

    def __init__(self, name, function):
        self.name = name
        self.function = function

    def __call__(self):
        return self.function()

    def __repr__(self):
        return self.name


def returns(value, *, after=0):
    async def work():
        await asyncio.sleep(after)
        return value

    return Call(f"<returns {value!r}{_wait(after)}>", work)


def raises(error, *, after=0):
    async def work():
        await asyncio.sleep(after)
        raise error

    return Call(f"<raises {error!r}{_wait(after)}>", work)


def cannot_be_made(error):
    def make():
        raise error

    return Call(f"<raises {error!r} before there is anything to await>", make)


def never_ends():
    async def work():
        await asyncio.get_running_loop().create_future()

    return Call("<never ends>", work)


def noted(name, notes, *, after, cleanup=0):
    """Return a call that notes in ``notes`` that it was made, cancelled, cleaned up."""

    async def work():
        try:
            await asyncio.sleep(after)
        except asyncio.CancelledError:
            notes.append(f"{name} cancelled")
            await asyncio.sleep(cleanup)
            notes.append(f"{name} cleaned up")
            raise

    def make():
        notes.append(f"{name} made")
        return work()

    return Call(f"<{name}: sleeps {after} s>", make)


def _wait(after):
    return f" after {after} s" if after else ""


@pytest.fixture(autouse=True)
def clock():
    with virtual_time() as clock:
        yield clock


@pytest.fixture
def gather(clock, solution):
    """Return gather_partial as a function that runs a virtual loop for each call."""

    @functools.wraps(solution.gather_partial)
    def gather_partial(calls, **limits):
        async def main():
            return (await call_async(solution.gather_partial, calls, **limits)).value

        return run(main(), clock)

    return gather_partial


def expect_results(solution, called, *wanted):
    """Fail unless a Report came back with these results; a class stands for an error of it."""
    results = getattr(called.value, "results", None)
    is_report = isinstance(called.value, solution.Report) and isinstance(results, list)
    if not is_report or len(results) != len(wanted) or not all(map(_fits, results, wanted)):
        called.fail(f"a Report of [{', '.join(map(_shown, wanted))}]")


def _fits(found, wanted):
    if type(found) is not type(wanted):
        return False
    if not hasattr(wanted, "error"):
        return found.value is wanted.value
    error = wanted.error
    return isinstance(found.error, error) if isinstance(error, type) else found.error is error


def _shown(wanted):
    if isinstance(getattr(wanted, "error", None), type):
        return f"Failed(error=<a {wanted.error.__name__}>)"
    return repr(wanted)


# --- Report and require -----------------------------------------------------------------------


@behaviour("gives-both")
def test_values_are_those_of_the_successes_false_or_not(solution):
    Ok, Failed = solution.Ok, solution.Failed
    report = solution.Report([Ok(7), Failed(Broken("a")), Ok(0), Ok(None), Ok("")])
    expect(f"values of {report}", report.values, [7, 0, None, ""])


@behaviour("gives-both")
def test_failures_are_found_by_their_position(solution):
    Ok, Failed = solution.Ok, solution.Failed
    first, second = Broken("a"), Broken("b")
    report = solution.Report([Ok(7), Failed(first), Ok(3), Failed(second)])
    expect(f"failures of {report}", report.failures, {1: first, 3: second})
    expect(f"the positions in failures of {report}", list(report.failures), [1, 3])


@behaviour("requires")
def test_as_many_values_as_required_are_enough(solution):
    report = solution.Report([solution.Ok(7), solution.Failed(Broken("a")), solution.Ok(None)])
    for minimum in (0, 1, 2):
        call(solution.require, report, minimum).gives([7, None])


@behaviour("requires")
def test_failures_do_not_count(solution):
    report = solution.Report([solution.Ok(7), solution.Failed(Broken("a")), solution.Ok(3)])
    error = call_raising(solution.TooFewResults, solution.require, report, 3)
    expect_that("report of the TooFewResults", error.report is report, error.report, repr(report))
    expect("minimum of the TooFewResults", error.minimum, 3)


@behaviour("requires")
def test_the_cause_is_the_first_failure_if_there_is_one(solution):
    first, second = Broken("a"), Broken("b")
    report = solution.Report([solution.Ok(7), solution.Failed(first), solution.Failed(second)])
    error = call_raising(solution.TooFewResults, solution.require, report, 2)
    is_first = error.__cause__ is first
    expect_that(f"__cause__ after require({report}, 2)", is_first, error.__cause__, repr(first))

    report = solution.Report([solution.Ok(7)])
    error = call_raising(solution.TooFewResults, solution.require, report, 2)
    expect(f"__cause__ after require({report}, 2)", error.__cause__, None)


# --- Side by side, in order -------------------------------------------------------------------


@behaviour("runs-together")
@pytest.mark.parametrize("count", [2, 40])
def test_all_calls_are_in_flight_at_once(gather, count):
    meeting = Rendezvous(count)
    call(gather, [Call("<waits until all the others run>", meeting.meet_async)] * count)
    meeting.expect_met()


@behaviour("input-order")
def test_results_stand_in_input_order_whatever_ends_first(solution, gather):
    called = call(gather, [returns("a", after=3), returns("b", after=1), returns("c", after=2)])
    expect_results(solution, called, solution.Ok("a"), solution.Ok("b"), solution.Ok("c"))


@behaviour("input-order")
def test_failures_keep_their_places(solution, gather):
    first, last = Broken("first"), Broken("last")
    called = call(gather, [raises(first, after=2), returns("b", after=1), raises(last)])
    Ok, Failed = solution.Ok, solution.Failed
    expect_results(solution, called, Failed(first), Ok("b"), Failed(last))


@behaviour("input-order")
def test_the_same_callable_may_come_twice(solution, gather):
    again = returns("a")
    called = call(gather, [again, returns("b"), again])
    expect_results(solution, called, solution.Ok("a"), solution.Ok("b"), solution.Ok("a"))


# --- Successes and failures -------------------------------------------------------------------


@behaviour("any-result")
@pytest.mark.parametrize("value", [None, False, 0, "", ()], ids=repr)
def test_a_result_that_is_false_is_a_success(solution, gather, value):
    called = call(gather, [returns(value), returns(1)])
    expect_results(solution, called, solution.Ok(value), solution.Ok(1))


@behaviour("any-result")
def test_an_exception_that_is_returned_is_a_success(solution, gather):
    value = Broken("returned, not raised")
    called = call(gather, [returns(value), returns(1)])
    expect_results(solution, called, solution.Ok(value), solution.Ok(1))


@behaviour("any-result")
def test_a_cancelled_error_that_is_returned_is_a_success(solution, gather):
    value = asyncio.CancelledError()
    called = call(gather, [returns(value), returns(1)])
    expect_results(solution, called, solution.Ok(value), solution.Ok(1))


@behaviour("errors-apart")
def test_an_error_is_the_failure_of_its_call_only(solution, gather):
    error = Broken("a")
    called = call(gather, [returns(1, after=2), raises(error, after=1), returns(3, after=3)])
    expect_results(solution, called, solution.Ok(1), solution.Failed(error), solution.Ok(3))


@behaviour("errors-apart")
def test_an_error_while_a_call_is_made_is_its_failure(solution, gather):
    error = Broken("a")
    called = call(gather, [returns(1), cannot_be_made(error), returns(3)])
    expect_results(solution, called, solution.Ok(1), solution.Failed(error), solution.Ok(3))


@behaviour("errors-apart")
def test_a_group_of_errors_stays_one_failure(solution, gather):
    error = ExceptionGroup("two", [Broken("a"), Broken("b")])
    called = call(gather, [raises(error), returns(2)])
    expect_results(solution, called, solution.Failed(error), solution.Ok(2))


@behaviour("errors-apart")
def test_a_timeout_error_of_the_call_itself_is_kept(solution, gather):
    error = TimeoutError("the database")
    called = call(gather, [raises(error), returns(2)], timeout=5)
    expect_results(solution, called, solution.Failed(error), solution.Ok(2))


@behaviour("any-input")
def test_no_calls_give_an_empty_report(solution, gather):
    expect_results(solution, call(gather, []))
    expect_results(solution, call(gather, iter(()), timeout=5, max_concurrency=2))


@behaviour("any-input")
def test_a_generator_of_calls_is_read_once(solution, gather):
    called = call(gather, (returns(word) for word in ("a", "b")))
    expect_results(solution, called, solution.Ok("a"), solution.Ok("b"))


@behaviour("any-input")
def test_futures_tasks_and_other_awaitables_will_do(solution, gather):
    class Reply:
        def __await__(self):
            yield from asyncio.sleep(1).__await__()
            return "reply"

    def make_future():
        future = asyncio.get_running_loop().create_future()
        future.get_loop().call_later(1, future.set_result, "future")
        return future

    def make_task():
        return asyncio.ensure_future(returns("task", after=1)())

    calls = [Call("<returns a Future>", make_future), Call("<returns a Task>", make_task)]
    called = call(gather, [*calls, Call("<returns an object with __await__>", Reply)], timeout=5)
    expect_results(solution, called, *map(solution.Ok, ("future", "task", "reply")))


# --- Time-outs and limits ---------------------------------------------------------------------


@behaviour("times-out")
def test_a_call_that_takes_too_long_fails_alone(clock, solution, gather):
    started = clock.now
    called = call(gather, [returns(1, after=1), never_ends(), returns(3)], timeout=2)
    Ok, Failed = solution.Ok, solution.Failed
    expect_results(solution, called, Ok(1), Failed(TimeoutError), Ok(3))
    expect(f"the seconds that {called.text} took", clock.now - started, 2.0)


@behaviour("times-out")
def test_a_late_call_is_cancelled_and_its_cleanup_awaited(clock, solution):
    notes = []

    async def main():
        with no_leftovers():
            calls = [noted("slow", notes, after=9, cleanup=1)]
            called = await call_async(solution.gather_partial, calls, timeout=2)
            found, wanted = notes[1:], ["slow cancelled", "slow cleaned up"]
            expect("what happened to the late call before the report", found, wanted)
        return called

    expect_results(solution, run(main(), clock), solution.Failed(TimeoutError))


@behaviour("times-out")
def test_nothing_is_left_behind_by_calls_that_were_in_time(clock, solution):
    error = Broken("a")

    async def main():
        with no_leftovers():
            calls = [returns(1), raises(error)]
            return await call_async(solution.gather_partial, calls, timeout=60)

    expect_results(solution, run(main(), clock), solution.Ok(1), solution.Failed(error))


@behaviour("times-out")
@pytest.mark.parametrize("timeout", [0, -1])
def test_a_timeout_of_zero_or_less_is_refused(gather, timeout):
    notes = []
    call_raising(ValueError, gather, [noted("a", notes, after=0)], timeout=timeout)
    expect("the calls that were made", notes, [])


@behaviour("limits")
def test_no_more_than_the_limit_are_in_flight(gather):
    in_flight = InFlight()

    async def work():
        with in_flight:
            await asyncio.sleep(1)

    call(gather, [Call("<sleeps 1 s>", work)] * 5, max_concurrency=2)
    expect("the most calls in flight, of 5 with max_concurrency=2", in_flight.peak, 2)


@behaviour("limits")
def test_the_next_call_begins_as_soon_as_one_ends(clock, gather):
    started = clock.now
    called = call(gather, [returns(n, after=n) for n in (3, 1, 1, 1)], max_concurrency=2)
    expect(f"the seconds that {called.text} took", clock.now - started, 3.0)


@behaviour("limits")
def test_a_call_is_made_when_its_turn_comes(clock, gather):
    made = []

    def make():
        made.append(clock.now - started)
        return asyncio.sleep(1)

    started = clock.now
    call(gather, [Call("<sleeps 1 s>", make)] * 3, max_concurrency=1)
    expect("the seconds after which each of the calls was made", made, [0.0, 1.0, 2.0])


@behaviour("limits")
def test_the_timeout_begins_when_the_call_is_made(solution, gather):
    calls = [returns(n, after=2) for n in (1, 2, 3)]
    called = call(gather, calls, timeout=3, max_concurrency=1)
    expect_results(solution, called, solution.Ok(1), solution.Ok(2), solution.Ok(3))


@behaviour("limits")
def test_a_call_that_failed_makes_room(solution, gather):
    error = Broken("a")
    calls = [raises(error), cannot_be_made(error), never_ends(), returns(4)]
    called = call(gather, calls, timeout=3, max_concurrency=1)
    Ok, Failed = solution.Ok, solution.Failed
    expect_results(solution, called, Failed(error), Failed(error), Failed(TimeoutError), Ok(4))


@behaviour("limits")
@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(gather, limit):
    notes = []
    call_raising(ValueError, gather, [noted("a", notes, after=0)], max_concurrency=limit)
    expect("the calls that were made", notes, [])


# --- Cancellation, interrupt, exit ------------------------------------------------------------


async def cancels_its_own_task():
    asyncio.current_task().cancel()
    await asyncio.sleep(1)


async def awaits_what_was_cancelled():
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


@behaviour("own-cancellation")
@pytest.mark.parametrize("function", [cancels_its_own_task, awaits_what_was_cancelled])
def test_a_call_that_cancels_itself_is_a_failure(solution, gather, function):
    cancelled = Call(f"<{function.__name__.replace('_', ' ')}>", function)
    Ok, Failed = solution.Ok, solution.Failed
    for limits in ({}, {"timeout": 9}):
        called = call(gather, [returns(1, after=2), cancelled, returns(3)], **limits)
        expect_results(solution, called, Ok(1), Failed(asyncio.CancelledError), Ok(3))


def cancel_gathering(solution, clock, calls, **limits):
    """Cancel gather_partial after a second; fail unless it ends as cancelled and leaves nothing."""

    async def main():
        with no_leftovers():
            task = asyncio.ensure_future(call_async(solution.gather_partial, calls, **limits))
            await asyncio.sleep(1)
            task.cancel()
            (ended,) = await asyncio.gather(task, return_exceptions=True)
        return ended

    ended = run(main(), clock)
    if isinstance(ended, Exception):
        raise ended
    is_cancelled = isinstance(ended, asyncio.CancelledError)
    found = getattr(ended, "value", ended)
    expect_that("how gather_partial ended, cancelled", is_cancelled, found, "CancelledError")


@behaviour("outer-cancellation")
def test_cancellation_reaches_every_call_and_goes_on(clock, solution):
    notes = []
    names = ("a", "b", "c")
    cancel_gathering(solution, clock, [noted(name, notes, after=9) for name in names])
    found = [note for note in notes if note.endswith("cancelled")]
    expect(
        "the calls in flight that were cancelled too",
        sorted(found),
        [f"{name} cancelled" for name in names],
    )


@behaviour("outer-cancellation")
def test_the_cleanup_of_every_call_is_awaited(clock, solution):
    notes, ended = [], []
    calls = [noted(name, notes, after=9, cleanup=n) for n, name in enumerate("ab", start=1)]

    async def main():
        task = asyncio.ensure_future(call_async(solution.gather_partial, calls))
        task.add_done_callback(lambda task: ended.extend(notes))
        await asyncio.sleep(1)
        task.cancel()
        (error,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(error, NotImplementedError):
            raise error

    run(main(), clock)
    found = [note for note in ended if note.endswith("cleaned up")]
    expect(
        "the clean-ups done when gather_partial had ended, cancelled",
        found,
        ["a cleaned up", "b cleaned up"],
    )


@behaviour("outer-cancellation")
def test_with_a_limit_the_cleanup_is_awaited_and_no_call_is_made(clock, solution):
    notes = []
    calls = [noted(name, notes, after=9, cleanup=3) for name in ("a", "b", "c")]
    cancel_gathering(solution, clock, calls, max_concurrency=1)
    what = "what happened to a, b and c, cancelled with max_concurrency=1"
    expect(what, notes, ["a made", "a cancelled", "a cleaned up"])


@behaviour("outer-cancellation")
def test_cancellation_goes_on_though_every_call_returns(clock, solution):
    async def returns_when_cancelled():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            return "done"

    cancel_gathering(solution, clock, [Call("<returns when cancelled>", returns_when_cancelled)])


@behaviour("interrupts")
def test_keyboard_interrupt_is_nobodys_failure(gather):
    error = KeyboardInterrupt()
    found = call_raising(KeyboardInterrupt, gather, [returns(1, after=2), raises(error, after=1)])
    expect_that("what left the loop", found is error, found, "the KeyboardInterrupt of the call")


@behaviour("interrupts")
def test_system_exit_is_nobodys_failure(gather):
    error = SystemExit(3)
    found = call_raising(SystemExit, gather, [returns(1, after=2), raises(error, after=1)])
    expect_that("what left the loop", found is error, found, "the SystemExit of the call")
