"""Hidden tests of 19 · Sync logic to async."""

import asyncio
import functools
import itertools
from contextlib import aclosing

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from grader.testkit import Mismatch, call, call_raising, expect, expect_that, lines
from grader.testkit.asgi import client as client_of
from grader.testkit.clock import run, virtual_time
from grader.testkit.liveness import InFlight

behaviour = pytest.mark.behaviour

# Further no test reads; a solution that reads an endless source to its end gets here.
FAR = 1000


# How a failure says what a server was told.
WORDS = {
    "busy": "times busy",
    "cleanup": "seconds to clean up",
    "fails": "fails with",
    "gives": "answers",
    "takes": "seconds",
}


class Server:
    """A FastAPI app with items; a request takes one second unless told otherwise.

    ``busy`` tells how often an item answers 429 first, ``fails`` with which status it fails, and
    ``cleanup`` how many seconds its request takes to end when it is cancelled.
    """

    def __init__(self, clock, *, retry_after="2", **told):
        self.clock = clock
        self.started = clock.now
        self.retry_after = retry_after
        self.told = told
        self.busy = dict(told.get("busy", {}))
        self.in_flight = InFlight()
        self.begun = []
        self.cleaned_up = []
        self.app = FastAPI(openapi_url=None)
        self.app.get("/items/{item_id}")(self.item)

    def __repr__(self):
        told = [f"{WORDS[name]} {value}" for name, value in self.told.items()]
        return f"<client; by id: {', '.join(told)}>" if told else "<client>"

    @property
    def seconds(self):
        """The seconds since the server was started."""
        return round(self.clock.now - self.started, 6)

    async def item(self, item_id: int):
        self.begun.append((item_id, self.seconds))
        try:
            with self.in_flight:
                await asyncio.sleep(self.told.get("takes", {}).get(item_id, 1))
        except asyncio.CancelledError:
            await asyncio.sleep(self.told.get("cleanup", {}).get(item_id, 0))
            self.cleaned_up.append(item_id)
            raise
        if self.busy.get(item_id):
            self.busy[item_id] -= 1
            raise HTTPException(429, headers={"Retry-After": self.retry_after})
        if status := self.told.get("fails", {}).get(item_id):
            raise HTTPException(status, headers={"Location": "/items/0"})
        return self.told.get("gives", {}).get(item_id, item(item_id))

    async def expect_ended(self, cleaned_up):
        """Fail unless these requests have ended as cancelled, and nothing goes on."""
        expect(
            "the cancelled requests that have ended by then", sorted(self.cleaned_up), cleaned_up
        )
        tasks = [task.get_coro().__qualname__ for task in others()]
        expect("the tasks that are left", tasks, [])
        ended = self.seconds
        await asyncio.sleep(FAR)
        late = [(item_id, second) for item_id, second in self.begun if second > ended]
        expect("the requests that began even later: id, second", late, [])


def others():
    return asyncio.all_tasks() - {asyncio.current_task()}


def item(item_id):
    return {"id": item_id, "name": f"item {item_id}"}


def items(*ids):
    return [item(item_id) for item_id in ids]


class Source:
    """An iterator of ids that counts how many were read."""

    def __init__(self, ids):
        self.ids = iter(ids)
        self.read = 0

    def __iter__(self):
        return self

    def __next__(self):
        item_id = next(self.ids)
        self.read += 1
        if self.read > FAR:
            what = "how many ids were read from a source without an end"
            raise Mismatch(lines(Checked=what, Found=f"{FAR} and more", Expected="a few"))
        return item_id

    def __repr__(self):
        return "<iterator of ids>"


@pytest.fixture(autouse=True)
def clock():
    with virtual_time() as clock:
        yield clock


@pytest.fixture
def server(clock):
    """Return a function that makes a server."""
    return functools.partial(Server, clock)


@pytest.fixture
def in_loop(clock):
    """Return a function that runs a coroutine function on a virtual loop."""
    return lambda main, *args: run(main(*args), clock)


@pytest.fixture
def fetch(clock, solution):
    """Return fetch_all_async as a function that runs a loop; in place of a client, a server."""

    @functools.wraps(solution.fetch_all_async)
    def fetch_all_async(ids, server, **options):
        async def main():
            return await solution.fetch_all_async(ids, client_of(server.app), **options)

        return run(main(), clock)

    return fetch_all_async


@pytest.fixture
def stream(clock, solution):
    """Return stream_results as a function that runs a loop and lists all results."""

    @functools.wraps(solution.stream_results)
    def stream_results(ids, server, **options):
        async def main():
            results = solution.stream_results(ids, client_of(server.app), **options)
            async with aclosing(results):
                return [result async for result in results]

        return run(main(), clock)

    return stream_results


async def ending(awaitable):
    """Return how a task with ``awaitable`` has ended: its result, its error, or "cancelled"."""
    task = awaitable if isinstance(awaitable, asyncio.Task) else asyncio.ensure_future(awaitable)
    await asyncio.wait({task})
    if task.cancelled():
        return "cancelled"
    if isinstance(task.exception(), NotImplementedError | Mismatch):
        raise task.exception()
    return task.exception() or task.result()


def expect_error(what, found):
    """Fail unless ``found`` is an error; which one, other tests ask."""
    expect_that(what, isinstance(found, Exception), found, "an error")


def expect_status(what, found, status):
    """Fail unless ``found`` is an HTTPStatusError with this status."""
    is_it = isinstance(found, httpx.HTTPStatusError) and found.response.status_code == status
    expect_that(what, is_it, found, f"httpx.HTTPStatusError with status {status}")


# --- Results ----------------------------------------------------------------------------------


@behaviour("results")
def test_answers_that_are_null_or_false_are_results(server, fetch):
    gives = {1: None, 2: False, 3: 0, 4: "", 5: [1.5]}
    called = call(fetch, range(1, 7), server(gives=gives), limit=3)
    called.gives([None, False, 0, "", [1.5], item(6)])


@behaviour("results")
def test_no_ids_give_no_results(server, fetch):
    call(fetch, [], server(), limit=3).gives([])
    call(fetch, iter(()), server(), limit=1, timeout=5).gives([])


@behaviour("results")
def test_ids_may_be_an_iterator(server, fetch):
    call(fetch, Source([7, 8, 9]), server(), limit=2).gives(items(7, 8, 9))


@behaviour("input-order")
def test_results_stand_in_input_order_whatever_ends_first(server, fetch):
    called = call(fetch, [5, 3, 9, 4], server(takes={5: 4, 3: 2, 9: 3}), limit=4)
    called.gives(items(5, 3, 9, 4))


@behaviour("input-order")
def test_an_id_may_come_twice(server, fetch):
    called = call(fetch, [2, 1, 2, 2], server(takes={1: 5}), limit=3)
    called.gives(items(2, 1, 2, 2))


# --- A busy server ----------------------------------------------------------------------------


@behaviour("busy")
def test_a_busy_server_is_asked_again_until_it_answers(server, fetch):
    shop = server(busy={6: 7}, retry_after="0.5")
    call(fetch, [6], shop, limit=1).gives(items(6))
    what = "the seconds at which item 6 was asked for, busy seven times, Retry-After: 0.5"
    expect(what, [second for _, second in shop.begun], [1.5 * times for times in range(8)])


@behaviour("busy")
def test_the_waits_of_several_fetches_overlap(server, fetch):
    shop = server(busy={1: 1, 2: 1, 3: 1})
    called = call(fetch, [1, 2, 3], shop, limit=3)
    called.gives(items(1, 2, 3))
    expect(f"the seconds that {called.text} took, 1 + 2 + 1 for each id", shop.seconds, 4.0)


@behaviour("busy")
def test_other_fetches_go_on_during_a_wait(server, fetch):
    shop = server(busy={1: 1}, retry_after="500")
    called = call(fetch, range(1, 6), shop, limit=2)
    called.gives(items(1, 2, 3, 4, 5))
    expect(
        "the seconds when items 2 to 5 were asked for, item 1 waits until 501",
        shop.begun[1:5],
        [(2, 0.0), (3, 1.0), (4, 2.0), (5, 3.0)],
    )


# --- The limit --------------------------------------------------------------------------------


@behaviour("limits")
@pytest.mark.parametrize(("limit", "peak"), [(1, 1), (3, 3), (20, 8)])
def test_as_many_requests_run_as_allowed_and_no_more(server, fetch, limit, peak):
    shop = server()
    called = call(fetch, range(8), shop, limit=limit)
    expect(f"the most requests at once during {called.text}", shop.in_flight.peak, peak)


@behaviour("limits")
def test_the_next_fetch_begins_as_soon_as_one_ends(server, fetch):
    shop = server(takes={1: 3})
    called = call(fetch, [1, 2, 3, 4], shop, limit=2)
    expected = [(1, 0.0), (2, 0.0), (3, 1.0), (4, 2.0)]
    expect(f"the requests of {called.text}: id, second", shop.begun, expected)


@behaviour("limits")
def test_a_fetch_keeps_its_place_while_it_waits(server, fetch):
    shop = server(busy={1: 1})
    called = call(fetch, [1, 2], shop, limit=1)
    expected = [(1, 0.0), (1, 3.0), (2, 4.0)]
    expect(f"the requests of {called.text}: id, second", shop.begun, expected)


@behaviour("limits")
@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(server, fetch, limit):
    source = Source([1, 2])
    call_raising(ValueError, fetch, source, server(), limit=limit)
    expect("how many ids were read", source.read, 0)
    call_raising(ValueError, fetch, [], server(), limit=limit)


# --- Failures ---------------------------------------------------------------------------------


@behaviour("first-failure")
@pytest.mark.parametrize("status", [302, 503])
def test_the_error_is_raised_bare(server, fetch, status):
    error = call_raising(
        httpx.HTTPStatusError, fetch, [1, 2, 3], server(fails={2: status}), limit=3
    )
    expect("the status of the error's response", error.response.status_code, status)


@behaviour("first-failure")
def test_the_first_error_in_time_is_raised(server, fetch):
    shop = server(takes={1: 5, 2: 2}, fails={1: 404, 2: 410})
    error = call_raising(httpx.HTTPStatusError, fetch, [1, 2, 3], shop, limit=3)
    expect(
        "the status: item 1 fails with 404 after 5 s, 2 with 410 after 2 s",
        error.response.status_code,
        410,
    )
    expect("the seconds until the error was raised", shop.seconds, 2.0)


@behaviour("first-failure")
@pytest.mark.parametrize("limit", [3, 5])
def test_the_rest_is_cancelled_and_awaited(in_loop, server, solution, limit):
    shop = server(takes={1: 90, 3: 90}, fails={2: 404}, cleanup={1: 7, 3: 4})

    async def main():
        left = solution.fetch_all_async(range(1, 4), client_of(shop.app), limit=limit)
        expect_error("what came out when item 2 failed", await ending(left))
        expect(
            "the second at which it came: item 2 fails at 1, clean-ups take 4 and 7",
            shop.seconds,
            8.0,
        )
        await shop.expect_ended([1, 3])

    in_loop(main)


@behaviour("first-failure")
def test_no_fetch_begins_after_the_failure(in_loop, server, solution):
    shop = server(takes={1: 5}, fails={2: 404}, cleanup={1: 7})

    async def main():
        left = solution.fetch_all_async(range(1, 30), client_of(shop.app), limit=2)
        expect_error("what came out when item 2 failed", await ending(left))
        await asyncio.sleep(FAR)
        late = [(item_id, second) for item_id, second in shop.begun if second > 1]
        expect("the requests that began after item 2 had failed at 1 s: id, second", late, [])

    in_loop(main)


# --- Time-outs --------------------------------------------------------------------------------


@behaviour("timeout")
def test_a_fetch_that_takes_too_long_is_a_failure(in_loop, server, solution):
    shop = server(takes={1: 4, 2: 90, 3: 90}, cleanup={2: 1, 3: 1})

    async def main():
        left = solution.fetch_all_async([1, 2, 3], client_of(shop.app), limit=2, timeout=5)
        error = await ending(left)
        is_one = isinstance(error, TimeoutError)
        expect_that(
            "what came out with timeout=5, item 2 takes 90 s", is_one, error, "TimeoutError"
        )
        what = "the second at which it came: 5, then item 2 takes 1 to clean up, then item 3"
        expect(what, shop.seconds, 7.0)
        await shop.expect_ended([2, 3])

    in_loop(main)


@behaviour("timeout")
def test_the_time_for_a_fetch_begins_when_it_begins(server, fetch):
    called = call(fetch, range(6), server(), limit=2, timeout=1.5)
    called.gives(items(*range(6)))


@behaviour("timeout")
def test_the_waits_of_a_fetch_count(server, fetch):
    shop = server(busy={1: 1})
    call_raising(TimeoutError, fetch, [1], shop, limit=1, timeout=3.5)
    expect("the seconds until the error was raised", shop.seconds, 3.5)


# --- Cancellation -----------------------------------------------------------------------------


@behaviour("cancellation")
@pytest.mark.parametrize("timeout", [None, 60])
def test_cancellation_reaches_every_fetch_and_goes_on(in_loop, server, solution, timeout):
    shop = server(takes=dict.fromkeys(range(9), 9), cleanup={0: 1, 1: 3, 2: 2})

    async def main():
        fetching = solution.fetch_all_async(range(9), client_of(shop.app), limit=3, timeout=timeout)
        task = asyncio.ensure_future(fetching)
        await asyncio.wait({task}, timeout=4)
        task.cancel()
        what = f"how fetch_all_async(..., timeout={timeout}) ended when its caller was cancelled"
        expect(what, await ending(task), "cancelled")
        expect(
            "the second at which it ended: cancelled at 4, clean-ups take 1 to 3", shop.seconds, 7.0
        )
        await shop.expect_ended([0, 1, 2])

    in_loop(main)


@behaviour("cancellation")
def test_cancellation_during_the_wait_for_a_busy_server_goes_on(in_loop, server, solution):
    shop = server(busy={1: 1}, retry_after="60")

    async def main():
        fetching = solution.fetch_all_async([1], client_of(shop.app), limit=1, timeout=90)
        task = asyncio.ensure_future(fetching)
        await asyncio.wait({task}, timeout=20)
        task.cancel()
        what = "how fetch_all_async ended, cancelled while it waited for Retry-After"
        expect(what, await ending(task), "cancelled")
        await shop.expect_ended([])

    in_loop(main)


# --- Calls of their own -----------------------------------------------------------------------


@behaviour("calls-apart")
def test_two_runs_work_in_two_loops(server, fetch, stream):
    for _ in range(2):
        call(fetch, range(5), server(), limit=2).gives(items(*range(5)))
        call(stream, range(5), server(), limit=2).gives(items(*range(5)))


@behaviour("calls-apart")
def test_two_calls_at_once_have_limits_of_their_own(in_loop, server, solution):
    shop = server()

    async def main():
        client = client_of(shop.app)
        return await asyncio.gather(
            solution.fetch_all_async(range(6), client, limit=2),
            solution.fetch_all_async(range(6), client, limit=3),
        )

    in_loop(main)
    what = "the most requests at once during two calls, with limit=2 and limit=3"
    expect(what, shop.in_flight.peak, 5)


@behaviour("calls-apart")
def test_a_call_that_returned_leaves_no_task(in_loop, server, solution):
    shop = server()

    async def main():
        found = await solution.fetch_all_async(range(3), client_of(shop.app), limit=2)
        expect("the results", found, items(0, 1, 2))
        await shop.expect_ended([])

    in_loop(main)


@behaviour("calls-apart")
def test_the_client_stays_open(in_loop, server, solution):
    client = client_of(server().app)

    async def main():
        first = await solution.fetch_all_async([1], client, limit=1)
        async with aclosing(solution.stream_results([2], client, limit=1)) as results:
            second = [result async for result in results]
        return first + second

    expect("the results of two calls with one client", in_loop(main), items(1, 2))
    expect("client.is_closed after both", client.is_closed, False)


@behaviour("calls-apart")
def test_the_client_keeps_its_settings(in_loop, server, solution):
    client = client_of(server().app)
    before = client.timeout

    async def main():
        await solution.fetch_all_async([1], client, limit=1, timeout=60)
        async with aclosing(solution.stream_results([2], client, limit=1, timeout=60)) as results:
            return [result async for result in results]

    expect("the results of the stream", in_loop(main), items(2))
    expect("client.timeout after two calls with timeout=60", client.timeout, before)


# --- The stream: results ----------------------------------------------------------------------


@behaviour("stream-results")
def test_the_stream_gives_results_in_input_order_and_none_for_no_ids(server, stream):
    shop = server(takes={5: 4, 3: 2, 9: 3})
    call(stream, [5, 3, 9, 4, 5], shop, limit=3).gives(items(5, 3, 9, 4, 5))
    call(stream, [], server(), limit=2).gives([])


@behaviour("stream-results")
def test_the_stream_gives_null_and_false_as_well(server, stream):
    gives = {1: None, 2: False, 3: []}
    call(stream, [1, 2, 3, 4], server(gives=gives), limit=2).gives([None, False, [], item(4)])


@behaviour("stream-results")
def test_the_stream_waits_for_a_busy_server(server, stream):
    shop = server(busy={1: 2, 2: 1, 3: 2})
    call(stream, [1, 2, 3], shop, limit=3).gives(items(1, 2, 3))
    expect("the seconds that it took, 1 + 2 + 1 + 2 + 1 for the slowest", shop.seconds, 7.0)


# --- The stream: laziness ---------------------------------------------------------------------


@behaviour("stream-lazy")
def test_nothing_begins_before_a_result_is_asked_for(in_loop, server, solution):
    shop, source = server(), Source([1, 2, 3])

    async def main():
        async with aclosing(solution.stream_results(source, client_of(shop.app), limit=2)) as found:
            await asyncio.sleep(FAR)
            expect("how many ids were read before a result was asked for", source.read, 0)
            expect("the first result", await anext(found), item(1))

    in_loop(main)


@behaviour("stream-lazy")
def test_a_source_without_an_end_is_read_as_far_as_needed(in_loop, server, solution):
    shop, source = server(), Source(itertools.count(1))

    async def main():
        async with aclosing(solution.stream_results(source, client_of(shop.app), limit=3)) as found:
            for number in range(1, 6):
                expect(f"result {number}", await anext(found), item(number))
                # A slow consumer: whoever runs ahead of it gets far.
                await asyncio.sleep(30)
                ahead = source.read - number
                what = f"how many ids were read ahead of {number} results, with limit=3"
                expect_that(what, ahead <= 9, ahead, "at most 9")

    in_loop(main)


@behaviour("stream-lazy")
def test_a_result_is_handed_out_as_soon_as_it_is_there(in_loop, server, solution):
    shop = server(takes={1: 2, 2: 5, 3: 90})

    async def main():
        seconds = []
        results = solution.stream_results([1, 2, 3], client_of(shop.app), limit=3)
        async with aclosing(results):
            async for _ in results:
                seconds.append(shop.seconds)
        what = "the seconds at which the results came, of items that take 2, 5 and 90 s"
        expect(what, seconds, [2.0, 5.0, 90.0])

    in_loop(main)


# --- The stream: limit and time-out -----------------------------------------------------------


@behaviour("stream-limits")
@pytest.mark.parametrize("limit", [1, 3])
def test_the_stream_reaches_its_limit_and_keeps_it(server, stream, limit):
    shop = server(takes={2: 2, 5: 3})
    called = call(stream, range(8), shop, limit=limit)
    called.gives(items(*range(8)))
    expect(f"the most requests at once during {called.text}", shop.in_flight.peak, limit)


@behaviour("stream-limits")
def test_the_next_fetch_of_the_stream_begins_when_a_result_is_taken(server, stream):
    shop = server(takes={2: 4, 3: 4, 4: 4})
    called = call(stream, [1, 2, 3, 4], shop, limit=2)
    expected = [(1, 0.0), (2, 0.0), (3, 1.0), (4, 4.0)]
    expect(f"the requests of {called.text}: id, second", shop.begun, expected)


@behaviour("stream-limits")
@pytest.mark.parametrize("limit", [0, -1])
def test_the_stream_refuses_a_limit_below_one(server, stream, limit):
    source = Source([1, 2])
    call_raising(ValueError, stream, source, server(), limit=limit)
    expect("how many ids were read", source.read, 0)
    call_raising(ValueError, stream, [], server(), limit=limit)


@behaviour("stream-limits")
def test_a_fetch_of_the_stream_has_its_timeout(server, stream):
    shop = server(busy={1: 1})
    call_raising(TimeoutError, stream, [1], shop, limit=1, timeout=3.5)
    expect("the seconds until the error was raised", shop.seconds, 3.5)


@behaviour("stream-limits")
def test_the_time_of_the_consumer_does_not_count(in_loop, server, solution):
    shop = server()

    async def main():
        found = []
        results = solution.stream_results(range(5), client_of(shop.app), limit=2, timeout=1.5)
        async with aclosing(results):
            async for result in results:
                found.append(result)
                await asyncio.sleep(20)
        return found

    what = "the results with timeout=1.5, items take 1 s, the consumer 20 s for each"
    expect(what, in_loop(main), items(*range(5)))


# --- The end of the stream --------------------------------------------------------------------


@behaviour("stream-ends")
def test_an_error_comes_in_its_place_and_ends_the_rest(in_loop, server, solution):
    takes = {1: 3, **dict.fromkeys(range(3, 20), 90)}
    shop = server(takes=takes, fails={2: 404}, cleanup={3: 7})

    async def main():
        results = solution.stream_results(Source(itertools.count(1)), client_of(shop.app), limit=3)
        expect("the first result, where the second fails", await anext(results), item(1))
        expect_status("what came second", await ending(anext_of(results)), 404)
        await shop.expect_ended([item_id for item_id, _ in shop.begun if item_id > 2])

    in_loop(main)


@behaviour("stream-ends")
def test_nothing_comes_after_an_error(in_loop, server, solution):
    shop = server(fails={2: 404})

    async def main():
        results = solution.stream_results([1, 2, 3, 4], client_of(shop.app), limit=1)
        expect("the first result, where the second fails", await anext(results), item(1))
        expect_status("what came second", await ending(anext_of(results)), 404)
        expect("what came after the error", [result async for result in results], [])

    in_loop(main)


@behaviour("stream-ends")
@pytest.mark.parametrize("count", [0, 4])
def test_a_stream_that_was_read_to_its_end_leaves_nothing(in_loop, server, solution, count):
    shop = server()

    async def main():
        results = solution.stream_results(range(count), client_of(shop.app), limit=3)
        expect("the results", [result async for result in results], items(*range(count)))
        await shop.expect_ended([])

    in_loop(main)


@behaviour("stream-ends")
def test_closing_the_stream_cancels_and_awaits_what_runs(in_loop, server, solution):
    shop = server(takes=dict.fromkeys(range(2, 20), 90), cleanup={2: 7, 3: 4})

    async def main():
        async with aclosing(
            solution.stream_results(Source(itertools.count(1)), client_of(shop.app), limit=3)
        ) as results:
            expect("the first result", await anext(results), item(1))
        await shop.expect_ended([item_id for item_id, _ in shop.begun if item_id > 1])

    in_loop(main)


@behaviour("stream-ends")
@pytest.mark.parametrize("timeout", [None, 60])
def test_cancelling_the_consumer_cancels_and_awaits_what_runs(in_loop, server, solution, timeout):
    shop = server(takes=dict.fromkeys(range(1, 9), 9), cleanup={1: 1, 2: 3, 3: 2})

    async def consume():
        options = {"limit": 3, "timeout": timeout}
        results = solution.stream_results(
            Source(itertools.count(1)), client_of(shop.app), **options
        )
        async with aclosing(results):
            return [result async for result in results]

    async def main():
        task = asyncio.ensure_future(consume())
        await asyncio.wait({task}, timeout=4)
        task.cancel()
        expect("how the consumer ended when it was cancelled", await ending(task), "cancelled")
        await shop.expect_ended([1, 2, 3])

    in_loop(main)


async def anext_of(results):
    return await anext(results)
