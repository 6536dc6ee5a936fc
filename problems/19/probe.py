"""Questions about p19 · Sync logic to async."""

import asyncio
import functools
import itertools
import json
from contextlib import aclosing

import httpx

from grader.testkit.clock import run, virtual_time
from grader.testkit.liveness import InFlight
from grader.testkit.probe import Raised, anew, answers, step

# Further no question reads; a solution that reads an endless source to its end gets here.
FAR = 1000
LATER = 5000
FETCH, STREAM = "fetch_all_async", "stream_results"


def steps(rng):
    a, b, c, d = ids = rng.sample(range(10, 500), 4)
    short, long, wait = rng.randrange(4, 9), rng.randrange(60, 90), rng.randrange(2, 7)
    times, limit = dict(zip(ids, rng.sample(range(1, 15), 4))), rng.randrange(2, 4)
    first = rng.randrange(1, 50)
    second, third, fourth = range(first + 1, first + 4)
    empty = dict(zip((a, b), rng.sample([None, False, 0, "", [], {}], 2)))
    busy = {"busy": {a: 1}, "retry_after": str(wait)}

    yield _ask("results", FETCH, [a, b, c], ["end"], limit=3, gives=empty)
    yield _ask("results", FETCH, [], ["end"], limit=short)
    yield _ask("results", FETCH, [a, b], ["end"], limit=limit, source="iterator", timeout=long)
    yield _ask("input-order", FETCH, ids, ["end"], limit=4, takes=times)
    yield _ask("input-order", FETCH, [a, b, a], ["end"], limit=3, takes={b: short})

    data = {"busy": {a: rng.randrange(6, 9)}, "retry_after": "0.5"}
    yield _ask("busy", FETCH, [a], ["end", "begun"], limit=1, **data)
    data = {"busy": {a: 1, b: 1}, "retry_after": str(wait)}
    yield _ask("busy", FETCH, [a, b], ["end", "seconds"], limit=2, **data)
    data = {"busy": {a: 1}, "retry_after": str(10 * long)}
    yield _ask("busy", FETCH, ids, ["end", "begun"], limit=2, **data)

    for most, count in ((1, 2), (limit, 4), (20, 4)):
        yield _ask("limits", FETCH, ids[:count], ["peak"], limit=most)
    yield _ask("limits", FETCH, ids, ["begun"], limit=2, takes={a: 3})
    yield _ask("limits", FETCH, [a, b], ["begun"], limit=1, **busy)
    for kind, behaviour in ((FETCH, "limits"), (STREAM, "stream-limits")):
        for most in (0, -short):
            yield _ask(behaviour, kind, [a, b], ["end", "read"], limit=most, source="iterator")
        yield _ask(behaviour, kind, [], ["end"], limit=0)

    for status in (302, rng.choice([404, 500, 503])):
        yield _ask("first-failure", FETCH, [a, b], ["end"], limit=2, fails={b: status})
    data = {"takes": {a: 5, b: 2}, "fails": {a: 404, b: 410}}
    yield _ask("first-failure", FETCH, [a, b], ["end", "seconds"], limit=3, **data)
    clean_ups = dict(zip((a, c), rng.sample(range(2, 9), 2)))
    data = {"takes": {a: long, c: long}, "fails": {b: 404}, "cleanup": clean_ups}
    look = ["seconds", "cleaned up", "left", "late"]
    for most in (3, 5):
        yield _ask("first-failure", FETCH, [a, b, c], ["failed", *look], limit=most, **data)
    data = {"takes": {a: 5}, "fails": {b: 404}, "cleanup": {a: 7}}
    yield _ask("first-failure", FETCH, ids, ["failed", "after 1 s"], limit=2, **data)

    data = {"takes": {a: short - 1, b: long, c: long}, "cleanup": {b: 1, c: 1}}
    look = ["end", "seconds", "cleaned up", "left", "late"]
    yield _ask("timeout", FETCH, [a, b, c], look, limit=2, timeout=short, **data)
    yield _ask("timeout", FETCH, [a, b, c], ["end"], limit=1, timeout=1.5)
    yield _ask("timeout", FETCH, [a], ["end", "seconds"], limit=1, timeout=wait + 1.5, **busy)

    clean_ups = dict(zip(ids, rng.sample(range(1, 9), 3)))
    data = {"takes": dict.fromkeys(ids, 9), "cleanup": clean_ups, "cancel": 4}
    for timeout in (None, long):
        yield _ask("cancellation", FETCH, ids, look, limit=3, timeout=timeout, **data)
    data = {"busy": {a: 1}, "retry_after": str(long), "cancel": short, "timeout": 2 * long}
    look = ["end", "cleaned up", "left", "late"]
    yield _ask("cancellation", FETCH, [a], look, limit=1, **data)

    asked = f"both functions, limit=1, in two loops: the results of {a} and {b}"
    yield step("calls-apart", asked, ask="loops", ids=[a, b], limit=1)
    asked = "the most requests at once of two calls with limits 1 and 2"
    yield step("calls-apart", asked, ask="at once", ids=[a, b, c], limits=[1, 2])
    yield _ask("calls-apart", FETCH, [a, b], ["end", "left", "late"], limit=2)
    asked = "results of both functions with one client; is it closed; its time-out"
    yield step("calls-apart", asked, ask="client", ids=[a], timeout=long)

    yield _ask("stream-results", STREAM, [*ids, a], ["items", "end"], limit=3, takes=times)
    yield _ask("stream-results", STREAM, [], ["items", "end"], limit=2)
    yield _ask("stream-results", STREAM, [a, b, c], ["items", "end"], limit=2, gives=empty)
    data = {"busy": {a: 2, b: 1}, "retry_after": str(wait)}
    yield _ask("stream-results", STREAM, [a, b], ["items", "seconds"], limit=3, **data)

    data = {"idle": short, "take": 1, "source": "iterator"}
    yield _ask("stream-lazy", STREAM, [a, b], ["read idle", "items"], limit=2, **data)
    data = {"source": "endless", "pause": 30, "take": 3}
    yield _ask("stream-lazy", STREAM, [first], ["items", "far ahead"], limit=limit, **data)
    data = {"takes": {a: 2, b: 5, c: long}}
    yield _ask("stream-lazy", STREAM, [a, b, c], ["moments"], limit=3, **data)

    for most, count in ((1, 2), (limit, 4)):
        data = {"takes": {b: 4, d: 3}}
        yield _ask("stream-limits", STREAM, ids[:count], ["items", "peak"], limit=most, **data)
    data = {"takes": {b: 4, c: 4, d: 4}}
    yield _ask("stream-limits", STREAM, ids, ["begun"], limit=2, **data)
    data = {"timeout": wait + 1.5, **busy}
    yield _ask("stream-limits", STREAM, [a], ["end", "seconds"], limit=1, **data)
    data = {"timeout": 1.5, "pause": 20}
    yield _ask("stream-limits", STREAM, [a, b, c], ["items", "end"], limit=2, **data)

    look = ["items", "end", "lost", "left", "late"]
    slow, endless = dict.fromkeys(range(first, first + 9), long), {"source": "endless", "limit": 3}
    data = {"takes": {**slow, first: 3, second: 1}, "fails": {second: 404}}
    data["cleanup"] = {third: 7, fourth: 4}
    yield _ask("stream-ends", STREAM, [first], look, **endless, **data)
    data = {"fails": {b: 404}}
    yield _ask("stream-ends", STREAM, [a, b, c], ["items", "end", "rest"], limit=1, **data)
    for read in ([a, b, c], []):
        yield _ask("stream-ends", STREAM, read, look, limit=limit)
    data = {"takes": {**slow, first: 1}, "take": 1, "cleanup": {second: 7, third: 4}}
    yield _ask("stream-ends", STREAM, [first], look, **endless, **data)
    data = {"takes": slow, "cleanup": {first: 1, second: 3, third: 2}, "cancel": short}
    for timeout in (None, 2 * long):
        look = ["end", "cleaned up", "lost", "left", "late"]
        yield _ask("stream-ends", STREAM, [first], look, timeout=timeout, **endless, **data)


def _ask(behaviour, kind, ids, look, *, limit, timeout=None, source="list", **told):
    """Ask what is seen of a call: ``told`` is for the server and for who makes the call."""
    how = "".join(f", {name}={_short(value)}" for name, value in told.items())
    shown = f"{source} of {ids}" if source != "list" else ids
    asked = f"{', '.join(look)} of {kind}({shown}, {limit}, {timeout}){how}"
    call = {"kind": kind, "ids": ids, "source": source, "limit": limit, "timeout": timeout}
    return step(behaviour, asked, ask="call", look=look, call=call, told=told)


def _short(value):
    few = isinstance(value, dict) and len(value) > 4 and dict([*value.items()][:2])
    return f"{str(few)[:-1]}, …}}" if few else value


def observe(solution, steps):
    with virtual_time() as clock:
        stage = Stage(solution, clock)
        return [answers(stage.anew(), [step], ASKS)[0] for step in steps]


class Stage:
    """The solution, run anew where its imports get virtual time."""

    def __init__(self, solution, clock):
        self.solution, self.clock, self.module = solution, clock, None

    def anew(self):
        self.module = anew(self.solution)
        return self


class Server:
    """Items, each of which takes one second unless told otherwise; it notes what happens."""

    def __init__(self, clock, told):
        self.clock, self.began, self.told = clock, clock.now, told
        self.busy = dict(told.get("busy", {}))
        self.in_flight, self.unended, self.begun, self.cleaned_up = InFlight(), InFlight(), [], []

    @property
    def client(self):
        return Client(transport=httpx.MockTransport(self.answer), base_url="http://kata")

    @property
    def seconds(self):
        return round(self.clock.now - self.began, 6)

    def say(self, what, item, default=None):
        return self.told.get(what, {}).get(item, default)

    async def answer(self, request):
        item = request.url.path.removeprefix("/items/")
        self.begun.append([item, self.seconds])
        with self.unended:
            await self.take(item)
        if self.busy.get(item):
            self.busy[item] -= 1
            return httpx.Response(429, headers={"Retry-After": self.told["retry_after"]})
        if status := self.say("fails", item):
            return httpx.Response(status, headers={"Location": "/items/0"})
        return httpx.Response(200, text=json.dumps(self.say("gives", item, {"id": item})))

    async def take(self, item):
        try:
            with self.in_flight:
                await asyncio.sleep(self.say("takes", item, 1))
        except asyncio.CancelledError:
            await asyncio.sleep(self.say("cleanup", item, 0))
            self.cleaned_up.append(item)
            raise

    def seen(self):
        """Return how things are."""
        return {
            "seconds": self.seconds,
            "begun": list(self.begun),
            "peak": self.in_flight.peak,
            "lost": self.unended.now,
            "cleaned up": sorted(self.cleaned_up),
            "left": len(asyncio.all_tasks() - {asyncio.current_task()}),
        }


class Client(httpx.AsyncClient):
    """A client that saves time where nothing is to be done about redirects."""

    async def send(self, request, *, follow_redirects=False, **options):
        if follow_redirects is True or self.is_closed:
            return await super().send(request, follow_redirects=follow_redirects, **options)
        response = await self._transport.handler(request)
        response.request = request
        return response


class Source:
    """An iterator of ids that counts how many were read."""

    def __init__(self, ids):
        self.ids, self.read = iter(ids), 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.read > FAR:
            raise LookupError("the source was read much too far")
        item = next(self.ids)
        self.read += 1
        return item


def shown(error):
    if isinstance(error, httpx.HTTPStatusError):
        return ["HTTPStatusError", error.response.status_code]
    return Raised.of(error) if isinstance(error, BaseException) else error


class Call:
    """One call of the solution, whoever makes it, and what is seen of it."""

    def __init__(self, stage, call, told):
        self.kind, self.told, self.server = call["kind"], told, Server(stage.clock, told)
        endless = call["source"] == "endless"
        self.source = Source(itertools.count(call["ids"][0]) if endless else call["ids"])
        given = call["ids"] if call["source"] == "list" else self.source
        options = {"limit": call["limit"], "timeout": call["timeout"]}
        self.begin = functools.partial(
            getattr(stage.module, self.kind), given, self.server.client, **options
        )
        self.most, self.seen, self.items, self.moments = 3 * call["limit"], {}, [], []

    async def make(self):
        """Make the call; cancel who makes it, if that is told."""
        task = asyncio.ensure_future(self.consume() if self.kind == STREAM else self.fetch())
        cancel = self.told.get("cancel")
        await asyncio.wait({task}, timeout=cancel)
        if cancel is not None:
            task.cancel()
            await asyncio.wait({task})
        error = None if task.cancelled() else task.exception()
        self.seen = {**self.server.seen(), **self.seen}
        self.seen.setdefault("end", "cancelled" if task.cancelled() else shown(error))
        self.seen |= {"failed": error is not None, "items": self.items, "moments": self.moments}
        ended = self.server.seconds
        await asyncio.sleep(LATER)
        begun = self.server.begun
        self.seen["late"] = [item for item, second in begun if second > ended]
        self.seen["after 1 s"] = [item for item, second in begun if second > 1]
        self.seen["read"] = self.source.read

    async def fetch(self):
        self.seen["end"] = await self.begin()

    async def consume(self):
        results = self.begin()
        try:
            if "idle" in self.told:
                await asyncio.sleep(self.told["idle"])
                self.seen["read idle"] = self.source.read
            await self.read(results)
        except Exception as error:
            # All has ended by now, not only after aclose().
            self.seen |= self.server.seen() | {"end": shown(error)}
            self.seen["left"] -= 1
            self.seen["rest"] = [result async for result in results]
        finally:
            await results.aclose()

    async def read(self, results):
        async for result in results:
            self.items.append(result)
            self.moments.append(self.server.seconds)
            await asyncio.sleep(self.told.get("pause", 0))
            is_far = self.source.read - len(self.items) > self.most
            self.seen["far ahead"] = self.seen.get("far ahead", False) or is_far
            if len(self.items) == self.told.get("take"):
                return


def call(stage, step):
    made = Call(stage, step["call"], step["told"])
    run(made.make(), stage.clock)
    return [made.seen[what] for what in step["look"]]


async def both(stage, client, step):
    """Return the results of both functions."""
    options = {"limit": step.get("limit", 1), "timeout": step.get("timeout")}
    first = await stage.module.fetch_all_async(step["ids"], client, **options)
    results = stage.module.stream_results(step["ids"], client, **options)
    async with aclosing(results):
        return [first, [result async for result in results]]


def loops(stage, step):
    return [run(both(stage, Server(stage.clock, {}).client, step), stage.clock) for _ in range(2)]


def at_once(stage, step):
    server = Server(stage.clock, {})

    async def main():
        fetch, client = stage.module.fetch_all_async, server.client
        await asyncio.gather(*(fetch(step["ids"], client, limit=most) for most in step["limits"]))
        return server.in_flight.peak

    return run(main(), stage.clock)


def client(stage, step):
    mine = Server(stage.clock, {}).client
    found = run(both(stage, mine, step), stage.clock)
    return [found, mine.is_closed, mine.timeout.as_dict()]


ASKS = {"call": call, "loops": loops, "at once": at_once, "client": client}
