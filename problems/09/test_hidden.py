"""Hidden tests of 09 · Sync function made async-safe."""

import asyncio
import contextlib
import functools
import gc
import inspect
import threading
import traceback
import weakref
from contextvars import ContextVar

import pytest

from grader.testkit import Mismatch, call, call_async, call_raising, expect, expect_that, lines
from grader.testkit.leftovers import Watched, no_leftovers
from grader.testkit.liveness import InFlight, LoopGate, Rendezvous

behaviour = pytest.mark.behaviour

# Seconds after which a wrong solution is given up; a right one never comes near them.
PATIENCE = 1.0


class Visit:
    """One call of ``hold``, which stays in its thread until it is let go."""

    def __init__(self, name, group):
        self.name = name
        self.group = group
        self.is_inside = False
        self.gave_up = False
        self.has_begun = asyncio.Event()
        self.has_ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._gate = threading.Event()

    def __repr__(self):
        return self.name

    def let_go(self):
        self._gate.set()

    def stay(self):
        self.is_inside = True
        self._tell(self.has_begun)
        # On the loop's own thread nobody could let it go.
        if threading.get_ident() != self._loop_thread:
            if not self._gate.wait(PATIENCE):
                # One that lost its patience is enough.
                for visit in self.group:
                    visit.gave_up = True
                    visit.let_go()
        self.is_inside = False
        self._tell(self.has_ended)
        return self.name

    async def begins(self):
        await in_time(self.has_begun.wait(), f"hold({self.name})", "it has not begun", "it to run")
        what = f"hold({self.name}), as seen from the loop"
        stays = self.is_inside and not self.gave_up
        expect_that(what, stays, "it could not be let go", "it to run while the loop goes on")

    async def ends(self):
        await in_time(self.has_ended.wait(), f"hold({self.name})", "it has not ended", "it to end")

    def _tell(self, event):
        # The loop of a wrong solution may be closed by now.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(event.set)


def hold(visit):
    return visit.stay()


@contextlib.contextmanager
def visits(*names):
    """Give visits; let all of them go at the end, whatever happened."""
    made = []
    made += [Visit(name, made) for name in names]
    try:
        yield made
    finally:
        for visit in made:
            visit.let_go()


async def in_time(awaitable, what, found, expected):
    """Await; fail in three lines if it takes longer than our patience."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await awaitable
    except TimeoutError:
        raise Mismatch(lines(Checked=what, Found=found, Expected=expected)) from None


async def settle(seen=lambda: False):
    """Give what a wrong solution may have started its chance to begin, until it is ``seen``.

    Each round starts a thread and waits for it, so that threads started earlier get their turn.
    """
    loop = asyncio.get_running_loop()
    for _ in range(30):
        if seen():
            return
        turn = asyncio.Event()
        threading.Thread(target=loop.call_soon_threadsafe, args=(turn.set,)).start()
        await turn.wait()


def started(safe, visit):
    async def wait_for_it():
        return await safe(visit)

    return asyncio.create_task(wait_for_it(), name=visit.name)


async def outcome(task):
    """Wait until ``task`` has ended, and return its result or its error."""
    await asyncio.wait({task}, timeout=PATIENCE)
    what = f"await hold({task.get_name()})"
    expect_that(what, task.done(), "still waiting", "an end")
    if task.cancelled():
        return "cancelled"
    return task.exception() or task.result()


async def cancel(task, visit):
    """Cancel a task whose call is in its thread; fail unless that ends it while it is there."""
    task.cancel()
    await asyncio.wait({task}, timeout=PATIENCE)
    what = f"the cancelled task, while hold({visit.name}) ran on in its thread"
    ended = task.done() and visit.is_inside
    expect_that(what, ended, "it waited for the thread", "it to end at once")


def forward(safe):
    """Return a coroutine function that calls ``safe`` with whatever it is given.

    Called by the testkit itself, a wrapper that takes less would count as a wrong signature.
    """

    @functools.wraps(safe)
    async def call_safe(*args, **kwargs):
        return await safe(*args, **kwargs)

    return call_safe


async def left_by(function, *args):
    """Return what an awaited call raised, and in words what was called."""
    name = getattr(function, "__name__", "the function")
    try:
        async with asyncio.timeout(PATIENCE):
            called = await call_async(function, *args)
    except TimeoutError:
        raise Mismatch(
            lines(Called=f"await {name}()", Found="no end", Expected="an error to be raised")
        ) from None
    except BaseException as error:
        return error
    called.fail("an error to be raised")


async def dies(reference, what):
    """Wait until an object is dead; the collector may have to help."""
    for _ in range(3):
        await settle(lambda: reference() is None)
        if reference() is None:
            return
        gc.collect()
    expect_that(what, False, "still alive", "nothing holds it any longer")


# --- Arguments, results, metadata -------------------------------------------------------------


@behaviour("arguments-and-result")
@pytest.mark.parametrize("result", [None, 0, "", [], Watched("a result")])
async def test_the_result_is_the_very_object(solution, result):
    def answer():
        return result

    called = await call_async(call(solution.async_safe, answer).value)
    called.gives_object(result, "what the function returned")


@behaviour("arguments-and-result")
async def test_arguments_by_position_and_by_name_arrive(solution):
    def order(first, /, *rest, note=None, **others):
        return first, rest, note, others

    safe = call(solution.async_safe, order).value
    called = await call_async(safe, 1, 2, 3, note="gift", express=True)
    called.gives((1, (2, 3), "gift", {"express": True}))


@behaviour("arguments-and-result")
@pytest.mark.parametrize("limit", [None, 2])
async def test_a_keyword_may_have_any_name(solution, limit):
    def options(**names):
        return names

    given = {"func": 1, "self": 2, "limit": 3, "args": 4, "kwargs": 5, "loop": 6, "callback": 7}
    safe = call(solution.async_safe, options, limit=limit).value
    called = await call_async(forward(safe), **given)
    called.gives(given)


@behaviour("metadata")
async def test_the_wrapper_is_a_coroutine_function(solution):
    safe = call(solution.async_safe, hold).value
    is_one = inspect.iscoroutinefunction(safe)
    expect_that("inspect.iscoroutinefunction(async_safe(hold))", is_one, is_one, "True")


@behaviour("metadata")
async def test_nothing_runs_before_it_is_awaited(solution):
    ran = threading.Event()
    coroutine = call(call(solution.async_safe, ran.set).value).value
    await settle(ran.is_set)
    expect("whether the function ran before the coroutine was awaited", ran.is_set(), False)

    await coroutine
    expect("whether the function ran when it was awaited", ran.is_set(), True)


@behaviour("metadata")
async def test_names_docstring_and_signature_are_kept(solution):
    def greet(name: str, *, loud: bool = False) -> str:
        """Say hello."""

    safe = call(solution.async_safe, greet).value
    for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
        expect(
            f"{attribute} of async_safe(greet)", getattr(safe, attribute), getattr(greet, attribute)
        )
    found, wanted = inspect.signature(safe), inspect.signature(greet)
    expect_that("inspect.signature(async_safe(greet))", found == wanted, found, str(wanted))


# --- What can be wrapped ----------------------------------------------------------------------


class Shop:
    def price(self, item, *, times=1):
        return item, times

    async def order(self, item):
        return item


class Counter:
    def __call__(self, item, *, times=1):
        return item, times


class AsyncCounter:
    async def __call__(self, item):
        return item


def price(item, *, times=1):
    return item, times


CALLABLES = {
    "lambda": lambda item, *, times=1: (item, times),
    "bound method": Shop().price,
    "partial": functools.partial(price, "tea"),
    "object with __call__": Counter(),
}


@behaviour("any-callable")
@pytest.mark.parametrize("kind", CALLABLES)
async def test_every_callable_can_be_wrapped(solution, kind):
    arguments = () if kind == "partial" else ("tea",)
    safe = call(solution.async_safe, CALLABLES[kind]).value
    (await call_async(safe, *arguments, times=3)).gives(("tea", 3))


@behaviour("any-callable")
async def test_a_built_in_and_a_class_can_be_wrapped(solution):
    (await call_async(call(solution.async_safe, len).value, "abc")).gives(3)
    (await call_async(call(solution.async_safe, dict).value, a=1)).gives({"a": 1})


@behaviour("any-callable")
@pytest.mark.parametrize(
    "coroutine_function",
    [Shop.order, Shop().order, functools.partial(Shop().order, 1), AsyncCounter()],
    ids=["async def", "bound method", "partial", "object"],
)
def test_a_coroutine_function_is_refused(solution, coroutine_function):
    call_raising(TypeError, solution.async_safe, coroutine_function)
    call_raising(TypeError, solution.async_safe, coroutine_function, limit=2)


# --- The loop ---------------------------------------------------------------------------------


@behaviour("loop-lives")
@pytest.mark.parametrize("limit", [None, 1])
async def test_the_loop_goes_on_while_the_function_runs(solution, limit):
    gate = LoopGate(patience=PATIENCE)
    await call_async(call(solution.async_safe, gate.wait, limit=limit).value)
    gate.expect_alive()


@behaviour("loop-lives")
@pytest.mark.parametrize("limit", [None, 3])
async def test_calls_overlap(solution, limit):
    meeting = Rendezvous(3, patience=PATIENCE)
    safe = call(solution.async_safe, meeting.meet, limit=limit).value
    await asyncio.gather(safe(), safe(), safe())
    meeting.expect_met()


# --- Errors -----------------------------------------------------------------------------------


class Refused(Exception):
    """An error that cannot be made anew from its args."""

    def __init__(self, *, code):
        super().__init__(f"refused with {code}")
        self.code = code


def raising(error):
    def fails():
        raise error

    return fails


@behaviour("errors")
@pytest.mark.parametrize("limit", [None, 1])
async def test_an_error_arrives_as_the_very_object(solution, limit):
    error, cause = Refused(code=7), KeyError("cause")
    error.__cause__ = cause
    found = await left_by(call(solution.async_safe, raising(error), limit=limit).value)
    expect_that("what await fails() raised", found is error, found, "the very error of fails")
    expect_that("its __cause__", found.__cause__ is cause, found.__cause__, "what it was")


@behaviour("errors")
async def test_the_traceback_shows_where_the_function_failed(solution):
    error = await left_by(call(solution.async_safe, raising(Refused(code=8))).value)
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    expect_that(
        "the functions in the traceback", names[-1:] == ["fails"], names, "fails at the end"
    )


@behaviour("errors")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
async def test_interrupt_and_exit_arrive_too(solution, kind):
    error = kind("stop")
    found = await left_by(call(solution.async_safe, raising(error)).value)
    expect_that("what await fails() raised", found is error, found, "the very error of fails")


@behaviour("stop-iteration")
@pytest.mark.parametrize("limit", [None, 1])
async def test_stop_iteration_becomes_a_runtime_error(solution, limit):
    error = await left_by(call(solution.async_safe, raising(StopIteration(5)), limit=limit).value)
    what = "what await fails() raised, where fails raises StopIteration"
    expect_that(what, isinstance(error, RuntimeError), error, "a RuntimeError")


@behaviour("stop-iteration")
async def test_the_stop_iteration_is_the_cause(solution):
    stop = StopIteration(6)
    error = await left_by(call(solution.async_safe, raising(stop)).value)
    cause = error.__cause__
    expect_that("__cause__ of the error", cause is stop, cause, "the StopIteration")


# --- Context ----------------------------------------------------------------------------------

request_id = ContextVar("request_id", default="none")


@behaviour("context")
@pytest.mark.parametrize("limit", [None, 1])
async def test_the_function_sees_context_variables(solution, limit):
    request_id.set("r-1")
    called = await call_async(call(solution.async_safe, request_id.get, limit=limit).value)
    called.gives("r-1")


@behaviour("context")
async def test_the_function_sees_the_values_of_the_time_of_the_call(solution):
    request_id.set("early")
    safe = call(solution.async_safe, request_id.get).value
    request_id.set("late")
    (await call_async(safe)).gives("late")


@behaviour("context")
async def test_what_the_function_sets_does_not_come_back(solution):
    request_id.set("mine")
    await call_async(call(solution.async_safe, request_id.set).value, "theirs")
    expect("the variable after the function has set it", request_id.get(), "mine")


@behaviour("context")
async def test_two_calls_at_once_have_contexts_of_their_own(solution):
    meeting = Rendezvous(2, patience=PATIENCE)

    def work(name):
        request_id.set(name)
        meeting.meet()
        return request_id.get()

    safe = call(solution.async_safe, work).value
    found = await asyncio.gather(safe("a"), safe("b"), return_exceptions=True)
    expect("what two calls saw that set the variable to 'a' and 'b'", found, ["a", "b"])


# --- Cancellation -----------------------------------------------------------------------------


@behaviour("cancellation")
@pytest.mark.parametrize("limit", [None, 1])
async def test_cancellation_ends_the_wait_at_once(solution, limit):
    safe = call(solution.async_safe, hold, limit=limit).value
    with visits("first") as [visit]:
        task = started(safe, visit)
        await visit.begins()
        await cancel(task, visit)


@behaviour("cancellation")
async def test_a_cancelled_call_ends_as_cancelled(solution):
    safe = call(solution.async_safe, hold).value
    with visits("first") as [visit]:
        task = started(safe, visit)
        await visit.begins()
        task.cancel()
        await asyncio.sleep(0)
        visit.let_go()
        expect("how a cancelled task has ended", await outcome(task), "cancelled")


@behaviour("cancellation")
@pytest.mark.parametrize("ending", ["returns", "raises"])
async def test_what_becomes_of_a_cancelled_call_makes_no_noise(solution, ending):
    made = []

    def work(visit):
        result = Refused(code=9)
        made.append(weakref.ref(result))
        visit.stay()
        try:
            if ending == "raises":
                raise result
            return result
        finally:
            del result

    safe = call(solution.async_safe, work).value
    with visits("first") as [visit], no_leftovers(patience=PATIENCE):
        task = started(safe, visit)
        await visit.begins()
        task.cancel()
        await asyncio.wait({task}, timeout=PATIENCE)
        visit.let_go()
        await visit.ends()
        # A cancelled task holds the frames that it went through.
        del task
        await dies(made[0], f"what the cancelled call {ending} in the end")


# --- Limit ------------------------------------------------------------------------------------


@behaviour("limit")
@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_no_more_calls_run_at_once_than_the_limit(solution, limit):
    inside = InFlight()

    def work(visit):
        with inside:
            return visit.stay()

    safe = call(solution.async_safe, work, limit=limit).value
    with visits(*"abcde") as made:
        tasks = [started(safe, visit) for visit in made[:limit]]
        for visit in made[:limit]:
            await visit.begins()
        tasks += [started(safe, visit) for visit in made[limit:]]
        await settle(lambda: inside.now > limit)
        for visit in made:
            visit.let_go()
        found = [await outcome(task) for task in tasks]
    expect(f"the most that ran at once of async_safe(work, limit={limit})", inside.peak, limit)
    expect("the results of all calls", found, list("abcde"))


@behaviour("limit")
async def test_each_wrapped_function_has_a_limit_of_its_own(solution):
    one, other = (call(solution.async_safe, hold, limit=1).value for _ in range(2))
    with visits("first", "second") as [first, second]:
        tasks = [started(one, first), started(other, second)]
        await first.begins()
        await second.begins()
        first.let_go()
        second.let_go()
        expect("the results", [await outcome(task) for task in tasks], ["first", "second"])


@behaviour("limit")
async def test_the_loop_goes_on_while_a_call_waits_for_a_slot(solution):
    safe = call(solution.async_safe, hold, limit=1).value
    with visits("first", "second") as [first, second]:
        task = started(safe, first)
        await first.begins()
        waiting = started(safe, second)
        await settle()
        is_inside = first.is_inside
        first.let_go()
        second.let_go()
        expect("the results", [await outcome(task), await outcome(waiting)], ["first", "second"])
    what = "the loop while a second call waits for the first"
    expect_that(what, is_inside, "blocked", "the loop to go on with other tasks")


@behaviour("limit")
async def test_calls_that_wait_for_a_slot_take_no_thread(solution):
    safe, free = (call(solution.async_safe, hold, limit=n).value for n in (1, None))
    with visits(*(f"call {n}" for n in range(40)), "other") as [first, *waiting, other]:
        tasks = [started(safe, first)]
        await first.begins()
        tasks += [started(safe, visit) for visit in waiting]
        await settle()
        task = started(free, other)
        await other.begins()
        for visit in (first, *waiting, other):
            visit.let_go()
        for one in (*tasks, task):
            await outcome(one)


@behaviour("limit")
@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(solution, limit):
    call_raising(ValueError, solution.async_safe, hold, limit=limit)


# --- Slots ------------------------------------------------------------------------------------


@behaviour("slots")
async def test_a_cancelled_call_keeps_its_slot_until_its_thread_ends(solution):
    safe = call(solution.async_safe, hold, limit=1).value
    with visits("first", "second") as [first, second]:
        task = started(safe, first)
        await first.begins()
        task.cancel()
        later = started(safe, second)
        await settle(lambda: second.is_inside)
        what = "hold(second), while hold(first), which was cancelled, ran on (limit=1)"
        expect_that(what, not second.is_inside, "it runs", "it waits")
        first.let_go()
        await second.begins()
        second.let_go()
        expect("the result of the second call", await outcome(later), "second")


@behaviour("slots")
async def test_a_call_that_is_cancelled_while_it_waits_never_runs(solution):
    safe = call(solution.async_safe, hold, limit=1).value
    with visits("first", "second", "third") as [first, second, third]:
        started_first = started(safe, first)
        await first.begins()
        waiting = started(safe, second)
        await settle()
        waiting.cancel()
        expect("how a task that waited for a slot has ended", await outcome(waiting), "cancelled")
        second.let_go()
        first.let_go()
        await outcome(started_first)
        third.let_go()
        expect("the third call", await outcome(started(safe, third)), "third")
        await settle(second.has_begun.is_set)
    ran = second.has_begun.is_set()
    expect("whether a call that was cancelled while it waited ran", ran, False)


@behaviour("slots")
@pytest.mark.parametrize("kind", [ValueError, SystemExit])
async def test_an_error_gives_its_slot_back(solution, kind):
    def work(error):
        if error is not None:
            raise error
        return "done"

    safe = call(solution.async_safe, work, limit=1).value
    await left_by(safe, kind("stop"))
    called = await in_time(
        call_async(safe, None), "the call after one that failed (limit=1)", "no end", "it to run"
    )
    called.gives("done")


# --- Loops, leftovers -------------------------------------------------------------------------


@behaviour("several-loops")
def test_it_works_in_one_loop_after_another(solution):
    safe = call(solution.async_safe, price).value

    async def main():
        return await in_time(call_async(safe, "tea"), "await price('tea')", "no end", "a result")

    for _ in range(3):
        asyncio.run(main()).gives(("tea", 1))


@behaviour("several-loops")
def test_calls_wait_for_a_slot_in_one_loop_after_another(solution):
    safe = call(solution.async_safe, hold, limit=1).value

    async def main():
        with visits("first", "second", "third") as made:
            tasks = [started(safe, made[0])]
            await in_time(made[0].has_begun.wait(), "hold(first)", "no begin", "it to run")
            tasks += [started(safe, visit) for visit in made[1:]]
            await settle()
            for visit in made:
                visit.let_go()
            return [await outcome(task) for task in tasks]

    for name in ("the first", "the second"):
        found = asyncio.run(main())
        expect(f"three calls (limit=1) in {name} loop", found, ["first", "second", "third"])


@behaviour("nothing-left")
@pytest.mark.parametrize("limit", [None, 1])
async def test_no_task_and_no_thread_is_left(solution, limit):
    with no_leftovers(patience=PATIENCE):
        await call_async(call(solution.async_safe, price, limit=limit).value, "tea")
        await left_by(call(solution.async_safe, raising(Refused(code=3)), limit=limit).value)


@behaviour("nothing-left")
async def test_argument_and_result_are_given_up(solution):
    argument, result = Watched("the argument"), Watched("the result")
    refs = weakref.ref(argument), weakref.ref(result)
    # A list, which the function empties, so that only the wrapper can hold the result.
    safe = call(solution.async_safe, lambda _, box: box.pop()).value
    await safe(argument, [result])
    del argument, result
    for ref in refs:
        await dies(ref, f"{ref()!r} after the call")


@behaviour("nothing-left")
async def test_an_error_is_given_up(solution):
    made = []

    def work():
        error = Refused(code=4)
        made.append(weakref.ref(error))
        try:
            raise error
        finally:
            del error

    await left_by(call(solution.async_safe, work).value)
    await dies(made[0], "the error after the call")


@behaviour("nothing-left")
@pytest.mark.parametrize("limit", [None, 1])
async def test_the_function_is_given_up_with_its_wrapper(solution, limit):
    def work():
        return "done"

    ref = weakref.ref(work)
    safe = call(solution.async_safe, work, limit=limit).value
    await safe()
    del work, safe
    await dies(ref, "the function after its wrapper was dropped")
