"""Hidden tests of 07 · Timing decorator."""

import asyncio
import contextlib
import functools
import inspect
import logging
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from flask import Flask, abort

from grader.testkit import call, call_as, call_async, call_raising, expect, expect_that
from grader.testkit.asgi import client as asgi_client
from grader.testkit.wsgi import client as wsgi_client

behaviour = pytest.mark.behaviour

# Seconds after which a thread is given up; a watchdog that decides no pass.
PATIENCE = 2.0


class Clock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, now=100.0):
        self.now = now

    def __call__(self):
        return self.now

    def __repr__(self):
        return "clock"

    def __deepcopy__(self, memo):
        # There is but one time, also for who copies arguments.
        return self

    def passes(self, seconds):
        self.now += seconds


class Sink:
    """Keeps every record, then raises its error if it has one."""

    def __init__(self, kind):
        self.kind = kind
        self.error = None
        self.received = []

    def __call__(self, record):
        self.received.append(record)
        if self.error is not None:
            raise self.error

    def __repr__(self):
        return "sink"

    def timings(self, after):
        for record in self.received:
            what = f"what the sink received, after {after}"
            expect_that(what, isinstance(record, self.kind), record, "a Timing")
        return self.received


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sink(solution):
    return Sink(solution.Timing)


def timed(solution, function, **options):
    """Return ``function`` under the decorator ``@timed(**options)``."""
    text = f"timed({', '.join(f'{key}={value!r}' for key, value in options.items())})"
    return call_as(text, call(solution.timed, **options).value, function).value


def forward(decorated):
    """Return a function that calls ``decorated``, which has to take whatever the original takes.

    Called by the testkit itself, a wrapper that takes less would count as a wrong signature.
    """

    @functools.wraps(decorated)
    def call_decorated(*args, **kwargs):
        return decorated(*args, **kwargs)

    return call_decorated


def expect_outcomes(sink, after, expected):
    found = [timing.outcome for timing in sink.timings(after)]
    expect(f"the outcomes in the sink, after {after}", found, expected)


def expect_seconds(sink, after, expected):
    found = [timing.seconds for timing in sink.timings(after)]
    expect_that(f"the seconds in the sink, after {after}", found == expected, found, repr(expected))


def expect_names(sink, after, expected):
    found = [timing.name for timing in sink.timings(after)]
    expect(f"the names in the sink, after {after}", found, expected)


def double(number):
    return 2 * number


def work(clock, seconds):
    clock.passes(seconds)
    return seconds


async def work_async(clock, seconds):
    await asyncio.sleep(0)
    clock.passes(seconds)
    return seconds


# --- A plain call -----------------------------------------------------------------------------


@behaviour("one-record")
def test_a_call_leaves_one_record_in_the_sink(solution, clock, sink):
    decorated = timed(solution, work, clock=clock, sink=sink)
    call(decorated, clock, 2.5)
    expect("the sink, after work(clock, 2.5)", sink.received, [solution.Timing("work", 2.5, "ok")])


@behaviour("one-record")
def test_each_call_leaves_a_record_of_its_own(solution, clock, sink):
    decorated = timed(solution, work, clock=clock, sink=sink)
    call(decorated, clock, 4.0)
    clock.passes(30)
    call(decorated, clock, 0.25)
    expect_seconds(sink, "work(clock, 4.0), 30 seconds, and work(clock, 0.25)", [4.0, 0.25])


@behaviour("one-record")
def test_the_clock_is_read_twice_a_call(solution, sink):
    readings = [10.0, 10.75, 99.0, 999.0]
    decorated = timed(solution, double, clock=lambda: readings.pop(0), sink=sink)
    call(decorated, 4)
    expect_seconds(sink, "a call whose clock read 10.0, then 10.75, then 99.0", [0.75])
    expect("the readings that were not taken", readings, [99.0, 999.0])


@behaviour("one-record")
def test_seconds_are_not_rounded(solution, clock, sink):
    decorated = timed(solution, work, clock=clock, sink=sink)
    call(decorated, clock, 2**-12)
    expect_seconds(sink, f"work(clock, {2**-12})", [2**-12])


@behaviour("one-record")
def test_the_name_is_the_qualified_name_of_the_function(solution, clock, sink):
    class Service:
        def save(self): ...

    decorated = timed(solution, Service.save, sink=sink)
    call(decorated, Service())
    expect_names(sink, "a call of Service.save", [Service.save.__qualname__])


@behaviour("one-record")
@pytest.mark.parametrize("result", [None, False, [], ValueError("returned")], ids=repr)
def test_a_call_that_returns_is_ok_whatever_it_returns(solution, sink, result):
    def find():
        return result

    call(timed(solution, find, sink=sink))
    expect_outcomes(sink, f"a call that returned {result!r}", ["ok"])


@behaviour("passes-through")
@pytest.mark.parametrize("result", [["a"], [], {}], ids=repr)
def test_the_result_is_the_very_object(solution, sink, result):
    def find():
        return result

    decorated = timed(solution, find, sink=sink)
    call(decorated).gives_object(result, "the object that the function returned")


@behaviour("passes-through")
@pytest.mark.parametrize("result", [["a"], [], {}], ids=repr)
async def test_the_result_of_a_coroutine_is_the_very_object(solution, sink, result):
    async def find():
        return result

    decorated = timed(solution, find, sink=sink)
    found = await call_async(decorated)
    found.gives_object(result, "the object that the coroutine returned")


@behaviour("passes-through")
def test_arguments_arrive_as_the_very_objects(solution, sink):
    def keep(first, *rest, option=None, **more):
        return first, *rest, option, *more.values()

    decorated = timed(solution, keep, sink=sink)
    mine = [[1], [2], [3], [4]]
    found = call_as("keep", forward(decorated), *mine[:2], option=mine[2], other=mine[3]).value
    for got, passed in zip(found, mine, strict=True):
        expect_that("an argument inside keep", got is passed, got, f"the very {passed!r} passed")


OPTIONS = dict.fromkeys(
    ("func", "function", "fn", "name", "self", "clock", "sink", "args", "kwargs", "start"), 2
)


@behaviour("passes-through")
def test_keywords_of_any_name_arrive(solution, sink):
    def keep(*args, **kwargs):
        return args, kwargs

    decorated = timed(solution, keep, sink=sink)
    call_as("keep", forward(decorated), 1, **OPTIONS).gives(((1,), OPTIONS))


@behaviour("passes-through")
async def test_keywords_of_any_name_arrive_in_a_coroutine(solution, sink):
    async def keep(*args, **kwargs):
        return args, kwargs

    decorated = timed(solution, keep, sink=sink)
    (await call_async(forward(decorated), 1, **OPTIONS)).gives(((1,), OPTIONS))


# --- Ways to decorate -------------------------------------------------------------------------


@behaviour("ways-to-decorate")
def test_it_works_without_parentheses(solution):
    decorated = call(solution.timed, double).value
    call_as("timed(double)", decorated, 4).gives(8)


@behaviour("ways-to-decorate")
def test_it_works_with_empty_parentheses(solution):
    decorated = timed(solution, double)
    call_as("timed()(double)", decorated, 4).gives(8)


@behaviour("ways-to-decorate")
def test_it_takes_function_and_options_in_one_call(solution, sink):
    decorated = call(solution.timed, double, name="twice", sink=sink).value
    call_as("timed(double, name='twice', sink=sink)", decorated, 4).gives(8)
    expect_names(sink, "timed(double, name='twice', sink=sink)(4)", ["twice"])


@behaviour("ways-to-decorate")
def test_one_decorator_serves_several_functions(solution, clock, sink):
    decorator = call(solution.timed, sink=sink).value
    first = call_as("decorator", decorator, double).value
    second = call_as("decorator", decorator, work).value
    call(first, 4)
    call(second, clock, 1)
    call(first, 5)
    expect_names(sink, "calls of double, work and double", ["double", "work", "double"])


@behaviour("ways-to-decorate")
@pytest.mark.parametrize("name", ["GET /items", ""])
def test_a_name_that_is_given_is_the_name_in_the_record(solution, sink, name):
    call(timed(solution, double, name=name, sink=sink), 4)
    expect_names(sink, f"a call of double under timed(name={name!r})", [name])


@behaviour("ways-to-decorate")
async def test_a_name_that_is_given_is_the_name_of_a_coroutine(solution, clock, sink):
    await call_async(timed(solution, work_async, name="GET /items", sink=sink), clock, 1)
    expect_names(sink, "a call of work_async under timed(name='GET /items')", ["GET /items"])


# --- Errors -----------------------------------------------------------------------------------


def expect_raised(decorated, error):
    """Fail unless a call lets out the very ``error``, with the cause that it had."""
    cause = error.__cause__
    caught = call_raising(type(error), decorated)
    expect_that("what the call raised", caught is error, caught, f"the very {error!r}")
    expect_that("its __cause__", caught.__cause__ is cause, caught.__cause__, repr(cause))


def raises(error):
    """Return a function that raises ``error``."""

    def work():
        raise error

    return work


def raises_async(error):
    """Return a coroutine function that raises ``error``."""

    async def work():
        raise error

    return work


class Refused(Exception):
    """An error of the caller's."""


@behaviour("errors")
@pytest.mark.parametrize("kind", [ValueError, TimeoutError, Refused, StopIteration])
def test_an_error_is_recorded_once_and_raised_as_it_is(solution, sink, kind):
    error = kind("no")
    expect_raised(timed(solution, raises(error), sink=sink), error)
    expect_outcomes(sink, f"a call that raised {error!r}", ["error"])


@behaviour("errors")
def test_an_error_keeps_its_cause(solution, sink):
    error = Refused("no")
    error.__cause__ = KeyError("a")
    expect_raised(timed(solution, raises(error), sink=sink), error)


@behaviour("errors")
def test_a_call_that_fails_is_timed_as_well(solution, clock, sink):
    def fail():
        clock.passes(1.5)
        raise Refused("no")

    call_raising(Refused, timed(solution, fail, clock=clock, sink=sink))
    expect_seconds(sink, "a call that raised after 1.5 seconds", [1.5])


@behaviour("errors")
def test_a_call_that_is_interrupted_is_timed_as_well(solution, clock, sink):
    def stop():
        clock.passes(1.5)
        raise KeyboardInterrupt

    call_raising(KeyboardInterrupt, timed(solution, stop, clock=clock, sink=sink))
    expect_seconds(sink, "a call that raised KeyboardInterrupt after 1.5 seconds", [1.5])


@behaviour("errors")
async def test_an_error_in_a_coroutine_is_recorded_once_and_raised_as_it_is(solution, sink):
    error, cause, caught = Refused("no"), KeyError("a"), None
    error.__cause__ = cause
    try:
        await call_async(timed(solution, raises_async(error), sink=sink))
    except Refused as raised:
        caught = raised
    expect_that("what `await work()` raised", caught is error, caught, "the very error")
    expect_that("its __cause__", caught.__cause__ is cause, caught.__cause__, repr(cause))
    expect_outcomes(sink, f"a coroutine that raised {error!r}", ["error"])


@behaviour("errors")
def test_keyboard_interrupt_is_recorded_as_an_error(solution, sink):
    error = KeyboardInterrupt()
    expect_raised(timed(solution, raises(error), sink=sink), error)
    expect_outcomes(sink, "a call that raised KeyboardInterrupt", ["error"])


@behaviour("errors")
def test_system_exit_is_recorded_as_an_error(solution, sink):
    error = SystemExit(3)
    expect_raised(timed(solution, raises(error), sink=sink), error)
    expect_outcomes(sink, "a call that raised SystemExit", ["error"])


@behaviour("errors")
def test_generator_exit_is_recorded_as_an_error(solution, sink):
    error = GeneratorExit()
    expect_raised(timed(solution, raises(error), sink=sink), error)
    expect_outcomes(sink, "a call that raised GeneratorExit", ["error"])


@behaviour("errors")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_in_a_coroutine_is_recorded_as_an_error(solution, sink, kind):
    coroutine = call(timed(solution, raises_async(kind()), sink=sink)).value
    # Driven by hand, because an event loop has rules of its own for these two; and in a thread,
    # where no other test has left a loop.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(call_raising, kind, coroutine.send, None).result(PATIENCE)
    expect_outcomes(sink, f"a coroutine that raised {kind.__name__}", ["error"])


@behaviour("errors")
async def test_a_coroutine_closed_while_it_waits_is_recorded_as_an_error(solution, clock, sink):
    coroutine = call(timed(solution, work_async, sink=sink), clock, 1).value
    coroutine.send(None)
    coroutine.close()
    expect_outcomes(sink, "a coroutine was closed while it waited", ["error"])


@behaviour("errors")
def test_a_call_made_while_another_error_is_handled_is_ok(solution, sink):
    decorated = timed(solution, double, sink=sink)
    try:
        raise Refused("handled")
    except Refused:
        call(decorated, 4)
    expect_outcomes(sink, "double(4) in an `except` block", ["ok"])


# --- The decorated function -------------------------------------------------------------------


def search(term: str, /, limit: int = 10, *tags: str, exact: bool = False) -> list:
    """Search the shop."""


async def search_async(term: str, /, limit: int = 10, *tags: str, exact: bool = False) -> list:
    """Search the shop without waiting."""


both_searches = pytest.mark.parametrize("function", [search, search_async])


@behaviour("keeps-face")
@both_searches
def test_name_and_docstring_are_kept(solution, sink, function):
    decorated = timed(solution, function, sink=sink)
    for what in ("__name__", "__doc__"):
        expect(
            f"{what} of the decorated function", getattr(decorated, what), getattr(function, what)
        )


@behaviour("keeps-face")
@both_searches
def test_module_and_qualified_name_are_kept(solution, sink, function):
    decorated = timed(solution, function, sink=sink)
    for what in ("__module__", "__qualname__"):
        expect(
            f"{what} of the decorated function", getattr(decorated, what), getattr(function, what)
        )


@behaviour("keeps-face")
@both_searches
def test_the_signature_is_kept(solution, sink, function):
    decorated = timed(solution, function, sink=sink)
    found, wanted = str(inspect.signature(decorated)), str(inspect.signature(function))
    expect("the signature of the decorated function", found, wanted)


@behaviour("keeps-face")
def test_attributes_of_the_function_are_kept(solution, sink):
    def index(): ...

    index.is_public = True
    decorated = timed(solution, index, sink=sink)
    found = getattr(decorated, "is_public", "no such attribute")
    expect("the attribute is_public of the decorated function", found, True)


# --- Coroutines and generators ----------------------------------------------------------------


@behaviour("coroutines")
def test_a_coroutine_function_stays_one(solution, sink):
    decorated = timed(solution, work_async, sink=sink)
    found = inspect.iscoroutinefunction(decorated)
    expect("inspect.iscoroutinefunction of the decorated coroutine function", found, True)


@behaviour("coroutines")
async def test_a_coroutine_is_timed_until_it_ends(solution, clock, sink):
    decorated = timed(solution, work_async, clock=clock, sink=sink)
    await call_async(decorated, clock, 2.5)
    what = "the sink, after await work_async(clock, 2.5)"
    expect(what, sink.received, [solution.Timing("work_async", 2.5, "ok")])


@behaviour("coroutines")
async def test_nothing_is_recorded_before_a_coroutine_ends(solution, sink):
    gate = asyncio.Event()

    async def wait():
        return await gate.wait()

    task = asyncio.ensure_future(call(timed(solution, wait, sink=sink)).value)
    await asyncio.sleep(0)
    expect_outcomes(sink, "a coroutine has begun to wait", [])
    gate.set()
    await task
    expect_outcomes(sink, "the coroutine has ended", ["ok"])


@behaviour("coroutines")
async def test_a_coroutine_is_timed_from_when_it_begins_to_run(solution, clock, sink):
    decorated = timed(solution, work_async, clock=clock, sink=sink)
    coroutine = call(decorated, clock, 2.5).value
    clock.passes(30)
    await coroutine
    expect_seconds(sink, "work_async(clock, 2.5), awaited 30 seconds after the call", [2.5])


@behaviour("coroutines")
def test_a_coroutine_that_never_begins_leaves_no_record(solution, clock, sink):
    decorated = timed(solution, work_async, clock=clock, sink=sink)
    call(decorated, clock, 2.5).value.close()
    expect_outcomes(sink, "a coroutine was made, and closed before it ran", [])


@behaviour("coroutines")
async def test_a_coroutine_runs_in_the_task_that_awaits_it(solution, sink):
    async def current():
        return asyncio.current_task()

    decorated = timed(solution, current, sink=sink)
    (await call_async(decorated)).gives_object(asyncio.current_task(), "the task that awaits it")


@behaviour("coroutines")
def test_a_generator_is_recorded_when_it_is_made_and_never_again(solution, sink):
    def rows():
        yield 1
        yield 2

    made = call(timed(solution, rows, sink=sink)).value
    expect_outcomes(sink, "a call of a generator function", ["ok"])
    expect("the items of the generator", list(made), [1, 2])
    expect_outcomes(sink, "the generator was read to its end", ["ok"])


@behaviour("coroutines")
def test_a_generator_is_not_read_by_the_call(solution, clock, sink):
    def rows():
        clock.passes(4)
        yield 1

    call(timed(solution, rows, clock=clock, sink=sink))
    expect("the clock after a call of a generator function, set to 100.0", clock.now, 100.0)


@behaviour("coroutines")
async def test_an_async_generator_is_recorded_when_it_is_made_and_never_again(solution, sink):
    async def rows():
        yield 1
        yield 2

    made = call(timed(solution, rows, sink=sink)).value
    expect_outcomes(sink, "a call of an async generator function", ["ok"])
    expect("the items of the generator", [item async for item in made], [1, 2])
    expect_outcomes(sink, "the generator was read to its end", ["ok"])


@behaviour("coroutines")
def test_an_awaitable_that_an_ordinary_function_returns_is_not_awaited(solution, sink):
    class Reply:
        def __await__(self):
            yield

    reply = Reply()

    def ask():
        return reply

    decorated = timed(solution, ask, sink=sink)
    call(decorated).gives_object(reply, "the awaitable that the function returned")
    expect_outcomes(sink, "a call of an ordinary function that returns an awaitable", ["ok"])


# --- Cancellation -----------------------------------------------------------------------------


async def cancelled_while_waiting(decorated):
    """Call a coroutine function in a task, cancel the task, and say how it ended."""
    task = asyncio.ensure_future(call(decorated).value)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    if task.cancelled():
        return "cancelled"
    return f"raised {task.exception()!r}" if task.exception() else f"returned {task.result()!r}"


async def wait_for_ever():
    await asyncio.Event().wait()


@behaviour("cancellation")
async def test_a_cancelled_coroutine_is_recorded_as_cancelled(solution, sink):
    await cancelled_while_waiting(timed(solution, wait_for_ever, sink=sink))
    found = [timing.outcome for timing in sink.timings("a task was cancelled while it waited")]
    what = "the first outcome in the sink, after a task was cancelled while it waited"
    expect(what, found[:1], ["cancelled"])


@behaviour("cancellation")
async def test_a_cancelled_coroutine_is_recorded_once(solution, sink):
    await cancelled_while_waiting(timed(solution, wait_for_ever, sink=sink))
    found = sink.timings("a task was cancelled while it waited")
    expect_that(
        "the sink, after a task was cancelled while it waited", len(found) == 1, found, "one record"
    )


@behaviour("cancellation")
async def test_cancellation_goes_on(solution, sink):
    ended = await cancelled_while_waiting(timed(solution, wait_for_ever, sink=sink))
    expect("how a task ended that was cancelled while it waited", ended, "cancelled")


@behaviour("cancellation")
async def test_cancellation_goes_on_as_the_very_error(solution, sink):
    error, caught = asyncio.CancelledError("stop"), None
    decorated = timed(solution, raises_async(error), sink=sink)
    try:
        await call_async(decorated)
    except asyncio.CancelledError as raised:
        caught = raised
    expect_that("what `await work()` raised", caught is error, caught, f"the very {error!r}")


@behaviour("cancellation")
async def test_a_coroutine_that_returns_although_it_was_cancelled_is_ok(solution, sink):
    async def save():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "saved"

    ended = await cancelled_while_waiting(timed(solution, save, sink=sink))
    expect("how the task ended", ended, "returned 'saved'")
    expect_outcomes(sink, "a coroutine caught its cancellation and returned", ["ok"])


@behaviour("cancellation")
def test_an_ordinary_function_that_raises_cancelled_error_is_cancelled(solution, sink):
    error = asyncio.CancelledError("stop")
    expect_raised(timed(solution, raises(error), sink=sink), error)
    expect_outcomes(sink, "an ordinary function raised CancelledError", ["cancelled"])


@behaviour("cancellation")
async def test_a_time_out_around_the_call_cancels_it(solution, sink):
    decorated, is_timed_out = timed(solution, wait_for_ever, sink=sink), False
    try:
        async with asyncio.timeout(0):
            await call_async(decorated)
    except TimeoutError:
        is_timed_out = True
    expect("whether `async with asyncio.timeout(0)` raised TimeoutError", is_timed_out, True)
    expect_outcomes(sink, "the time-out around a call", ["cancelled"])


# --- Calls inside and beside one another ------------------------------------------------------


@behaviour("own-start")
def test_a_function_that_calls_itself_leaves_a_record_for_each_call(solution, sink):
    def descend(depth):
        return decorated(depth - 1) if depth else "down"

    decorated = timed(solution, descend, sink=sink)
    call(decorated, 2).gives("down")
    expect_outcomes(sink, "descend(2), three calls", ["ok", "ok", "ok"])


@behaviour("own-start")
def test_a_call_inside_a_call_has_its_own_time(solution, clock, sink):
    def descend(depth):
        clock.passes(1)
        if depth:
            decorated(depth - 1)
        clock.passes(1)

    decorated = timed(solution, descend, clock=clock, sink=sink)
    call(decorated, 2)
    expect_seconds(sink, "descend(2), two seconds on each of three levels", [2.0, 4.0, 6.0])


@behaviour("own-start")
async def test_two_coroutines_that_overlap_are_timed_apart(solution, clock, sink):
    async def wait(gate):
        await gate.wait()

    decorated = timed(solution, wait, clock=clock, sink=sink)
    gates = asyncio.Event(), asyncio.Event()
    first = asyncio.ensure_future(call(decorated, gates[0]).value)
    await asyncio.sleep(0)
    clock.passes(1)
    second = asyncio.ensure_future(call(decorated, gates[1]).value)
    await asyncio.sleep(0)
    clock.passes(4)
    gates[0].set()
    await first
    clock.passes(3)
    gates[1].set()
    await second
    expect_seconds(sink, "one call from second 0 to 5, another from 1 to 8", [5.0, 7.0])


@behaviour("own-start")
def test_two_threads_that_overlap_are_timed_apart(solution, clock, sink):
    entered, leave = threading.Event(), threading.Event()

    def wait(is_first):
        if is_first:
            entered.set()
            leave.wait(PATIENCE)
            return
        clock.passes(4)
        leave.set()
        thread.join(PATIENCE)
        clock.passes(3)

    decorated = timed(solution, wait, clock=clock, sink=sink)
    thread = threading.Thread(target=decorated, args=(True,), daemon=True)
    thread.start()
    entered.wait(PATIENCE)
    clock.passes(1)
    call(decorated, False)
    expect_seconds(sink, "one thread from second 0 to 5, another from 1 to 8", [5.0, 7.0])


# --- Clocks -----------------------------------------------------------------------------------


@pytest.fixture
def replaced_clock(clock, monkeypatch):
    """Replace time.perf_counter, as this fixture is asked for before ``solution``."""
    monkeypatch.setattr(time, "perf_counter", clock)
    return clock


@behaviour("clock")
def test_without_a_clock_time_perf_counter_is_read(replaced_clock, solution, sink):
    call(timed(solution, work, sink=sink), replaced_clock, 2.5)
    expect_seconds(sink, "2.5 seconds on time.perf_counter", [2.5])


@behaviour("clock")
def test_a_perf_counter_replaced_before_the_decoration_is_read(solution, clock, sink, monkeypatch):
    monkeypatch.setattr(time, "perf_counter", clock)
    call(timed(solution, work, clock=None, sink=sink), clock, 2.5)
    what = "2.5 seconds on the clock that replaced time.perf_counter before the decoration"
    expect_seconds(sink, what, [2.5])


@behaviour("clock")
def test_a_perf_counter_replaced_after_the_decoration_is_read(solution, clock, sink, monkeypatch):
    decorated = timed(solution, work, sink=sink)
    monkeypatch.setattr(time, "perf_counter", clock)
    call(decorated, clock, 2.5)
    what = "2.5 seconds on the clock that replaced time.perf_counter after the decoration"
    expect_seconds(sink, what, [2.5])


@behaviour("clock")
async def test_a_coroutine_reads_time_perf_counter_too(solution, clock, sink, monkeypatch):
    decorated = timed(solution, work_async, sink=sink)
    monkeypatch.setattr(time, "perf_counter", clock)
    await call_async(decorated, clock, 2.5)
    what = "2.5 seconds on the clock that replaced time.perf_counter after the decoration"
    expect_seconds(sink, what, [2.5])


@behaviour("clock")
def test_a_clock_that_is_false_is_a_clock(solution, sink):
    class Falsy(Clock):
        def __bool__(self):
            return False

    clock = Falsy()
    call(timed(solution, work, clock=clock, sink=sink), clock, 2.5)
    expect_seconds(sink, "2.5 seconds on a clock that is false", [2.5])


@behaviour("clock")
def test_a_clock_that_jumps_back_gives_zero(solution, clock, sink):
    call(timed(solution, work, clock=clock, sink=sink), clock, -60)
    expect_seconds(sink, "a call during which the clock jumped back 60 seconds", [0.0])


@behaviour("clock")
async def test_a_clock_that_jumps_back_in_a_coroutine_gives_zero(solution, clock, sink):
    await call_async(timed(solution, work_async, clock=clock, sink=sink), clock, -60)
    expect_seconds(sink, "a coroutine during which the clock jumped back 60 seconds", [0.0])


# --- Sinks ------------------------------------------------------------------------------------


def logged(caplog, name):
    """Return the log records whose message holds ``name``; fail on one without a message."""
    found = []
    for record in caplog.records:
        try:
            message = record.getMessage()
        except Exception as error:
            parts = (record.msg, record.args)
            expect_that(f"a log record: {error}", False, parts, "text and values that fit")
        if name in message:
            found.append(record)
    return found


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def refuse():
    raise Refused("no")


@behaviour("default-sink")
def test_without_a_sink_a_call_is_logged(solution, log):
    call(timed(solution, double, sink=None), 4)
    found = [record.getMessage() for record in logged(log, "double")]
    is_told = len(found) == 1 and re.search(r"\bok\b", found[0])
    expect_that("log messages with 'double'", is_told, found, "one, with 'ok' in it")


@behaviour("default-sink")
def test_a_function_decorated_without_parentheses_is_logged(solution, log):
    decorated = call(solution.timed, double).value
    call_as("timed(double)", decorated, 4)
    found = [record.getMessage() for record in logged(log, "double")]
    expect_that("log messages with 'double'", len(found) == 1, found, "one")


@behaviour("default-sink")
async def test_a_coroutine_is_logged(solution, clock, log):
    await call_async(timed(solution, work_async, sink=None), clock, 1)
    found = [record.getMessage() for record in logged(log, "work_async")]
    expect_that("log messages with 'work_async'", len(found) == 1, found, "one")


@behaviour("default-sink")
def test_a_call_that_fails_is_logged_too(solution, log):
    call_raising(Refused, timed(solution, refuse, sink=None))
    found = [record.getMessage() for record in logged(log, "refuse")]
    is_told = len(found) == 1 and "error" in found[0]
    expect_that("log messages with 'refuse'", is_told, found, "one, with 'error' in it")


@behaviour("default-sink")
def test_a_call_is_logged_at_level_info(solution, log):
    call(timed(solution, double, sink=None), 4)
    found = [record.levelname for record in logged(log, "double")]
    expect("levels of the log records with 'double'", found, ["INFO"])


@behaviour("default-sink")
def test_a_call_that_fails_is_logged_at_level_info_too(solution, log):
    call_raising(Refused, timed(solution, refuse, sink=None))
    found = [record.levelname for record in logged(log, "refuse")]
    expect("levels of the log records with 'refuse'", found, ["INFO"])


@behaviour("default-sink")
@pytest.mark.parametrize("name", ["GET /caf%C3%A9", "GET /items/{item_id}"])
def test_a_name_with_signs_of_a_format_is_logged(solution, log, name):
    call(timed(solution, double, name=name), 4)
    found = [record.getMessage() for record in logged(log, name)]
    expect_that(f"log messages with {name!r}", len(found) == 1, found, "one")


@behaviour("default-sink")
def test_with_a_sink_nothing_is_logged(solution, log, sink):
    call(timed(solution, double, sink=sink), 4)
    found = [record.getMessage() for record in logged(log, "double")]
    expect("log messages of a call whose record went to a sink", found, [])
    expect_outcomes(sink, "double(4)", ["ok"])


@behaviour("default-sink")
def test_a_sink_that_is_false_is_a_sink(solution):
    class Records(list):
        def __call__(self, record):
            self.append(record)

    records = Records()
    call(timed(solution, double, sink=records), 4)
    found = [record.name for record in records]
    expect("the names in a sink that was an empty list before double(4)", found, ["double"])


@behaviour("failing-sink")
def test_a_failing_sink_does_not_hide_the_result(solution, sink):
    sink.error = ConnectionError("the sink is full")
    call(timed(solution, double, sink=sink), 4).gives(8)


@behaviour("failing-sink")
def test_a_failing_sink_does_not_hide_the_error(solution, sink):
    sink.error, error = ConnectionError("the sink is full"), Refused("no")
    expect_raised(timed(solution, raises(error), sink=sink), error)


@behaviour("failing-sink")
async def test_a_failing_sink_does_not_hide_the_result_of_a_coroutine(solution, sink):
    async def double_async(number):
        return 2 * number

    sink.error = ConnectionError("the sink is full")
    (await call_async(timed(solution, double_async, sink=sink), 4)).gives(8)


@behaviour("failing-sink")
async def test_a_failing_sink_does_not_hide_cancellation(solution, sink):
    sink.error = ConnectionError("the sink is full")
    ended = await cancelled_while_waiting(timed(solution, wait_for_ever, sink=sink))
    expect("how a task ended that was cancelled while it waited", ended, "cancelled")


@behaviour("failing-sink")
def test_a_failing_sink_is_told_once(solution, sink):
    sink.error = ConnectionError("the sink is full")
    decorated = timed(solution, double, sink=sink)
    with contextlib.suppress(ConnectionError):
        call(decorated, 4)
    expect_outcomes(sink, "double(4) with a sink that raises", ["ok"])


@behaviour("failing-sink")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_in_the_sink_gets_out(solution, sink, kind):
    sink.error = kind()
    call_raising(kind, timed(solution, double, sink=sink), 4)


# --- In place of a method, a view, an endpoint ------------------------------------------------


@behaviour("in-its-place")
def test_a_method_gets_its_instance(solution, sink):
    class Cart:
        @solution.timed(sink=sink)
        def add(self, item, *, count=1):
            return self, item, count

    cart = Cart()
    owner, *rest = call_as("cart.add", forward(cart.add), "pen", count=2).value
    expect_that("self in cart.add('pen', count=2)", owner is cart, owner, "the cart")
    expect("the other arguments", rest, ["pen", 2])
    expect_outcomes(sink, "cart.add('pen', count=2)", ["ok"])


@behaviour("in-its-place")
async def test_an_async_method_gets_its_instance(solution, sink):
    class Cart:
        @solution.timed(sink=sink)
        async def add(self, item):
            return self, item

    cart = Cart()
    owner, item = (await call_async(cart.add, "pen")).value
    expect_that("self in await cart.add('pen')", owner is cart, owner, "the cart")
    expect("item in await cart.add('pen')", item, "pen")


@behaviour("in-its-place")
def test_methods_can_be_called_on_the_class(solution, sink):
    class Cart:
        @solution.timed(sink=sink)
        def add(self, item):
            return self, item

        @staticmethod
        @solution.timed(sink=sink)
        def parse(text):
            return text.split()

        @classmethod
        @solution.timed(sink=sink)
        def owner(cls, item):
            return cls, item

    for owner in (Cart, Cart()):
        call(owner.parse, "pen ink").gives(["pen", "ink"])
        call(owner.owner, "pen").gives((Cart, "pen"))
    cart = Cart()
    call(Cart.add, cart, "pen").gives((cart, "pen"))
    expect_outcomes(sink, "five calls of methods", ["ok"] * 5)


def flask_answer(response):
    return response.status_code, response.get_json(silent=True)


@behaviour("in-its-place")
def test_two_flask_views_of_one_app_work(solution, sink):
    def show_item(item_id):
        return {"item": item_id}

    def list_items():
        return {"items": []}

    app = Flask("shop")
    app.get("/items/<int:item_id>")(timed(solution, show_item, sink=sink))
    app.get("/items")(timed(solution, list_items, sink=sink))
    client = wsgi_client(app)
    expect("GET /items/7 in Flask", flask_answer(client.get("/items/7")), (200, {"item": 7}))
    expect("GET /items in Flask", flask_answer(client.get("/items")), (200, {"items": []}))
    expect_outcomes(sink, "two requests to Flask", ["ok", "ok"])


@behaviour("in-its-place")
def test_a_flask_view_may_abort(solution, sink):
    def show_item(item_id):
        abort(404)

    app = Flask("shop")
    app.get("/items/<int:item_id>")(timed(solution, show_item, sink=sink))
    expect("the status of GET /items/7", wsgi_client(app).get("/items/7").status_code, 404)
    expect_outcomes(sink, "a request whose view called abort(404)", ["error"])


async def fastapi_get(app, *paths):
    """Return status, and body of what succeeded, for a request to each path."""
    async with asgi_client(app) as client:
        responses = [await client.get(path) for path in paths]
    return [(r.status_code, r.json() if r.is_success else None) for r in responses]


@behaviour("in-its-place")
async def test_a_fastapi_endpoint_gets_its_parameters(solution, clock, sink):
    async def show_item(item_id: int, limit: int = 10):
        await asyncio.sleep(0)
        clock.passes(1.5)
        return {"item": item_id, "limit": limit}

    app = FastAPI()
    app.get("/items/{item_id}")(timed(solution, show_item, clock=clock, sink=sink))
    found = await fastapi_get(app, "/items/7", "/items/7?limit=2", "/items/seven")
    wanted = [(200, {"item": 7, "limit": 10}), (200, {"item": 7, "limit": 2}), (422, None)]
    expect("GET /items/7, /items/7?limit=2 and /items/seven in FastAPI", found, wanted)
    expect_seconds(sink, "two requests of 1.5 seconds each, and one refused", [1.5, 1.5])


@behaviour("in-its-place")
async def test_an_ordinary_fastapi_endpoint_gets_its_parameters(solution, sink):
    def show_item(item_id: int, limit: int = 10):
        return {"item": item_id, "limit": limit}

    app = FastAPI()
    app.get("/items/{item_id}")(timed(solution, show_item, sink=sink))
    [found] = await fastapi_get(app, "/items/7?limit=2")
    expect("GET /items/7?limit=2 in FastAPI", found, (200, {"item": 7, "limit": 2}))
    expect_outcomes(sink, "one request to FastAPI", ["ok"])
