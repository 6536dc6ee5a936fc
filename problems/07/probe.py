"""Questions about p07 · Timing decorator."""

import asyncio
import inspect
import logging
import re
import threading
import time
from functools import partial
from itertools import accumulate

from fastapi import FastAPI
from flask import Flask, abort

from grader.testkit.asgi import client as asgi_client
from grader.testkit.clock import VirtualClock
from grader.testkit.probe import Raised, answers, step, words
from grader.testkit.wsgi import client as wsgi_client

# Seconds after which a thread is given up; no answer depends on it.
PATIENCE = 2.0
PLAIN, ASYNC, DRIVEN = "function", "coroutine function", "coroutine function driven by send"
BOTH = (PLAIN, ASYNC)
OPTIONS = ("func", "function", "fn", "name", "self", "clock", "sink", "args", "kwargs", "start")


class Refused(Exception):
    """An error of the caller's."""


SYNC = ["ValueError()", "TimeoutError()", "Refused()", "StopIteration()"]
SIGNALS = ["KeyboardInterrupt()", "SystemExit()", "GeneratorExit()"]
RESULTS = ["[]", "{}", "set()", "['a']", "object()", "None", "0", "ValueError()"]
CANCELLED = "asyncio.CancelledError()"
GIVEN = "timed(clock=clock, sink=sink)(f)"
TOGETHER = "(both := timed(sink=sink), g := both(other), h := both(f), g(), h)[-1]"
# What reaches the handlers of the root logger.
LOGGED = []
HANDLER = logging.Handler()
HANDLER.emit = LOGGED.append


def steps(rng):
    first, second, third = words(rng, 3)
    short, long, pause = (rng.randrange(1, 400) / 4 for _ in range(3))
    number, depth = rng.randrange(2, 999), rng.randrange(1, 4)

    read = list(accumulate((2 * rng.randrange(99) + 1) / 16 for _ in range(6)))
    asked = f"two calls of {first}.{second}, clock {read}: records, readings left"
    yield step("one-record", asked, ask="two calls", name=f"{first}.{second}", readings=read)
    for result in ("None", "0", "[]", "ValueError()"):
        yield _call("one-record", ["outcomes"], result=result)

    keywords = {name: rng.randrange(99) for name in [*OPTIONS, *words(rng, 2)]}
    for kind in BOTH:
        for result in ("[]", "{}", *rng.sample(sorted(RESULTS), 2)):
            yield _call("passes-through", ["the very object"], kind, result=result)
        asked = f"{kind}(mine, {', '.join(f'{key}=…' for key in keywords)}): what arrives"
        yield step("passes-through", asked, ask="arguments", kind=kind, keywords=keywords)

    for form in ("timed(f)", "timed()(f)", "timed(f, name=name, sink=sink)"):
        look = ["result", "names"]
        yield _call("ways-to-decorate", look, form=form, result=repr(first), name=third)
    for kind in BOTH:
        for name in (f"GET /{third}", ""):
            form = "timed(name=name, sink=sink)(f)"
            yield _call("ways-to-decorate", ["names"], kind, form=form, name=name)
    yield _call("ways-to-decorate", ["names"], form=TOGETHER, name=first, other=second)

    look = ["the very object", "its cause", "seconds", "outcomes"]
    for kinds, kind in ((SYNC + SIGNALS, PLAIN), (SYNC[:3], ASYNC), (SIGNALS[:2], DRIVEN)):
        for error in kinds:
            yield _call("errors", look, kind, raises=error, seconds=short)
    yield _script("errors", "outcomes", "make", "send", "close", "look")
    for kind in BOTH:
        yield _call("errors", ["outcomes"], kind, handling="another error")

    parameters = f"{first}: str, /, {second}: int = {number}, *rest: str, {third}: bool = False"
    for prefix in ("def", "async def"):
        source = f"{prefix} {third}({parameters}) -> list: 'About {first}.'"
        face = {"source": source, "name": third, "module": second, "owner": first}
        asked = f"the face of @timed {source}"
        yield step("keeps-face", asked, ask="keeps face", number=number, **face)

    ways = ["make", pause, "start", short, "look", "open", "look"]
    yield _script("coroutines", "seconds", *ways)
    yield _script("coroutines", "outcomes", "make", "close", "look")
    yield _call("coroutines", ["seconds"], ASYNC, seconds=short)
    asked = "inspect.iscoroutinefunction of three; f() is its own awaitable; outcomes; own task"
    yield step("coroutines", asked, ask="nature")
    items = rng.sample(range(99), rng.randrange(1, 4))
    asked = f"generator and async generator of {items}: seconds when made, items, seconds when read"
    yield step("coroutines", asked, ask="generators", items=items, seconds=short)

    for kind in BOTH:
        yield _call("cancellation", ["the very object", "outcomes"], kind, raises=CANCELLED)
    for data in ({}, {"catches": number}):
        yield _script("cancellation", "outcomes", "make", "start", "cancel", "look", **data)
    yield _script("cancellation", "outcomes", "make", "timeout", "look")

    data = {"depth": depth, "seconds": short, "after": long}
    yield _call("own-start", ["seconds", "outcomes"], **data)
    entries = ["make", "start", short, "make", "start", long]
    for ask in ("coroutines", "threads"):
        for order in ([0, 1], [1, 0]):
            ends = [part for index in order for part in (f"open {index}", pause)]
            yield _script("own-start", "seconds", *entries, *ends, "look", ask=ask)

    for kind in BOTH:
        form = "timed(clock=false_clock, sink=sink)(f)"
        yield _call("clock", ["seconds"], kind, form=form, seconds=short)
        for replaced in ("before decoration", "after decoration"):
            data = {"form": "timed(sink=sink)(f)", "seconds": short, "replaced": replaced}
            yield _call("clock", ["seconds"], kind, **data)
        yield _call("clock", ["seconds"], kind, seconds=-long)

    for name in (f"{first}%{rng.choice('sdx')}%C3", f"{{{second}}} {{0}}", third):
        for form in ("timed(f)", "timed(sink=None)(f)", "timed(name=name)(f)"):
            yield _call("default-sink", ["log"], form=form, name=name)
        yield _call("default-sink", ["log"], ASYNC, form="timed(sink=None)(f)", name=name)
        data = {"form": "timed(sink=None)(f)", "raises": rng.choice(["OSError()", "Refused()"])}
        yield _call("default-sink", ["result", "log"], name=name, **data)
    for form in ("timed(sink=sink)(f)", "timed(sink=false_sink)(f)"):
        yield _call("default-sink", ["log", "outcomes"], form=form, name=third)

    fault = rng.choice(["ValueError()", "OSError()", "Refused()"])
    for kind in BOTH:
        yield _call("failing-sink", ["result"], kind, result=repr([first]), fault=fault)
        for error in ("TimeoutError()", CANCELLED):
            yield _call("failing-sink", ["result"], kind, raises=error, fault=fault)
    yield _call("failing-sink", ["outcomes"], fault=fault)
    for signal in SIGNALS[:2]:
        yield _call("failing-sink", ["result"], fault=signal)

    for ask in ("methods", "flask", "fastapi"):
        asked = f"decorated {ask}, called with {number}: what comes back, and what is in the sink"
        yield step("in-its-place", asked, ask=ask, number=number, seconds=short, word=first)


def _call(behaviour, look, kind=PLAIN, form=GIVEN, **data):
    """Ask what is seen of one call."""
    how = "".join(f", {key}: {value}" for key, value in data.items())
    under = "" if form == GIVEN else f" under {form}"
    asked = f"one call of a {kind}{under}{how}: {', '.join(look)}"
    return step(behaviour, asked, ask="one call", look=look, kind=kind, form=form, **data)


def _script(behaviour, look, *script, **data):
    """Ask what is seen of calls that wait, in a script of actions; numbers are seconds."""
    asked = f"{look} of calls that wait: {', '.join(map(str, script))}"
    return step(behaviour, asked, **{"ask": "coroutines", "script": script, "see": look, **data})


def observe(solution, steps):
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.handlers = [HANDLER]
    return answers(solution, steps, ASKS)


class Falsy(partial):
    """What can be called, and is false."""

    def __bool__(self):
        return False


def see(records, what):
    if what == "seconds":
        # A sum, as a time of nothing may be a whole number.
        return [record.seconds + 0.0 for record in records]
    return [getattr(record, what.removesuffix("s")) for record in records]


def told(name, outcome):
    """Return the level of each message that holds the name, and whether it holds the outcome."""
    messages = [(entry.levelname, entry.getMessage()) for entry in LOGGED]
    return [[level, bool(re.search(rf"\b{outcome}\b", m))] for level, m in messages if name in m]


def made(body, kind=PLAIN, name="work"):
    """Return a function, or a coroutine function, that does what ``body`` does."""

    def plain(*args, **kwargs):
        return body(*args, **kwargs)

    async def waits(*args, **kwargs):
        if kind == ASYNC:
            await asyncio.sleep(0)
        return body(*args, **kwargs)

    function = plain if kind == PLAIN else waits
    function.__qualname__, function.__name__ = name, name.rpartition(".")[2]
    return function


def ended(kind, decorated, look):
    """Return what ``look`` sees right after a call, given its result or its very error."""

    async def main():
        try:
            found = await decorated()
        except BaseException as error:
            found = error
        return look(found)

    if kind == ASYNC:
        return asyncio.run(main())
    try:
        found = decorated() if kind == PLAIN else decorated().send(None)
    except BaseException as error:
        found = error
    return look(found)


def one_call(solution, step):
    raises, fault, replaced = (step.get(key, "") for key in ("raises", "fault", "replaced"))
    mine, cause = eval(raises or step.get("result", "7")), KeyError()
    if raises:
        mine.__cause__ = cause
    clock, records, name = VirtualClock(), [], step.get("name", "work")
    levels = [None] * step.get("depth", 0)

    def body():
        clock.advance(step.get("seconds", 0))
        if levels:
            levels.pop()
            decorated()
        clock.advance(step.get("after", 0))
        if raises:
            raise mine
        return mine

    def sink(record):
        records.append(record)
        if fault:
            raise eval(fault)

    def look(found):
        views = {
            "the very object": lambda: found is mine,
            "its cause": lambda: mine.__cause__ is cause,
            "result": lambda: Raised.of(found) if isinstance(found, BaseException) else found,
            "log": lambda: told(name, "error" if raises else "ok"),
        }
        return [views[what]() if what in views else see(records, what) for what in step["look"]]

    place = {"timed": solution.timed, "name": name, "clock": clock.perf_counter, "sink": sink}
    place |= {"false_clock": Falsy(clock.perf_counter), "false_sink": Falsy(sink)}
    place["f"] = made(body, step["kind"], "work" if "name" in step["form"] else name)
    place["other"] = made(str, name=step.get("other", "other"))
    LOGGED.clear()
    perf_counter = time.perf_counter
    try:
        if replaced.startswith("before"):
            time.perf_counter = clock.perf_counter
        decorated = eval(step["form"], place)
        if replaced:
            time.perf_counter = clock.perf_counter
        if "handling" not in step:
            return ended(step["kind"], decorated, look)
        try:
            raise Refused
        except Refused:
            return ended(step["kind"], decorated, look)
    finally:
        time.perf_counter = perf_counter


def two_calls(solution, step):
    left, records = step["readings"], []
    options = {"clock": lambda: left.pop(0), "sink": records.append}
    decorated = solution.timed(**options)(made(str, name=step["name"]))
    decorated()
    decorated()
    seen = [see(records, what) for what in ("names", "seconds", "outcomes")]
    return [*seen, [type(record) is solution.Timing for record in records], left]


def arguments(solution, step):
    mine, other = [], []
    function = made(lambda *args, **kwargs: [args, kwargs], step["kind"])
    decorated = solution.timed(sink=[].append)(function)
    call = lambda: decorated(mine, other=other, **step["keywords"])
    look = lambda found: [found[0][0] is mine, found[1]["other"] is other, found]
    return ended(step["kind"], call, look)


def keeps_face(solution, step):
    place = {"__name__": step["module"]}
    exec(step["source"], place)
    function = place[step["name"]]
    function.__qualname__ = f"{step['owner']}.{step['name']}"
    function.is_public = step["number"]
    found = solution.timed(sink=[].append)(function)
    names = [found.__name__, found.__qualname__, found.__module__, found.__doc__]
    return [*names, getattr(found, "is_public", "nothing"), str(inspect.signature(found))]


def coroutines(solution, step):
    clock, records, seen, gates, made, tasks = VirtualClock(), [], [], [], [], []

    @solution.timed(clock=clock.perf_counter, sink=records.append)
    async def wait(number):
        try:
            await gates[number].wait()
        except asyncio.CancelledError:
            if "catches" not in step:
                raise
            return step["catches"]

    async def timeout(coroutine):
        async with asyncio.timeout(0):
            await coroutine

    async def play(action, index):
        if action == "make":
            gates.append(asyncio.Event())
            made.append(wait(len(made)))
        elif action == "start":
            tasks.append(asyncio.ensure_future(made[index]))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        elif action == "look":
            seen.append(see(records, step["see"]))
        elif action == "send":
            made[index].send(None)
        elif action == "close":
            made[index].close()
        else:
            await end(action, index)

    async def end(action, index):
        if action == "open":
            gates[index].set()
        elif action == "cancel":
            tasks[index].cancel()
        else:
            tasks.append(asyncio.ensure_future(timeout(made[index])))
        [found] = await asyncio.gather(tasks[index], return_exceptions=True)
        seen.append(Raised.of(found) if isinstance(found, BaseException) else found)

    async def main():
        for action in step["script"]:
            if isinstance(action, float):
                clock.advance(action)
            else:
                action, _, index = action.partition(" ")
                await play(action, int(index or -1))

    asyncio.run(main())
    return seen


def threads(solution, step):
    clock, records, calls, entered = VirtualClock(), [], [], threading.Semaphore(0)

    @solution.timed(clock=clock.perf_counter, sink=records.append)
    def wait(number):
        entered.release()
        calls[number][0].wait(PATIENCE)

    for action in step["script"]:
        if action == "start":
            thread = threading.Thread(target=wait, args=[len(calls)], daemon=True)
            calls.append((threading.Event(), thread))
            thread.start()
            entered.acquire(timeout=PATIENCE)
        elif isinstance(action, float):
            clock.advance(action)
        elif action.startswith("open"):
            leave, thread = calls[int(action.split()[1])]
            leave.set()
            thread.join(PATIENCE)
    return see(records, "seconds")


def nature(solution, step):
    class Reply:
        def __await__(self):
            yield

    async def items():
        yield 1

    async def main():
        return await waits() is asyncio.current_task()

    records, reply = [], Reply()
    functions = [made(asyncio.current_task, ASYNC), items, lambda: reply]
    waits, *others = [solution.timed(sink=records.append)(function) for function in functions]
    are = [inspect.iscoroutinefunction(function) for function in (waits, *others)]
    return [are, others[1]() is reply, see(records, "outcomes"), asyncio.run(main())]


def generators(solution, step):
    def read():
        for item in step["items"]:
            clock.advance(step["seconds"])
            yield item

    async def read_async():
        for item in read():
            yield item

    async def main():
        return [item async for item in rows_async]

    clock, records = VirtualClock(), []
    timed = solution.timed(clock=clock.perf_counter, sink=records.append)
    rows, rows_async = timed(read)(), timed(read_async)()
    before = see(records, "seconds")
    return [before, list(rows), asyncio.run(main()), see(records, "seconds")]


def methods(solution, step):
    records = []
    timed = solution.timed(sink=records.append)

    class Cart:
        @timed
        def add(self, item, *, count):
            return [self is cart, item, count]

        @timed
        async def save(self, item):
            return [self is cart, item]

        parse = staticmethod(timed(lambda item: item))
        owner = classmethod(timed(lambda cls, item: [cls is Cart, item]))

    async def save():
        return [await cart.save(item), see(records, "outcomes")]

    cart, item = Cart(), step["word"]
    found = [cart.add(item, count=step["number"]), Cart.add(cart, item, count=2)]
    found += [f(item) for f in (cart.parse, Cart.parse, cart.owner, Cart.owner)]
    return [*found, asyncio.run(save())]


def flask(solution, step):
    def show(number):
        return {step["word"]: number}

    def listing():
        abort(404)

    records, app = [], Flask("shop")
    for path, view in (("/shop/<int:number>", show), ("/shop", listing)):
        app.get(path)(solution.timed(sink=records.append)(view))
    client = wsgi_client(app)
    replies = [client.get(f"/shop/{step['number']}"), client.get("/shop")]
    return [[r.status_code, r.get_json(silent=True)] for r in replies], see(records, "outcomes")


def fastapi(solution, step):
    async def show(number: int, limit: int = 10):
        await asyncio.sleep(0)
        clock.advance(step["seconds"])
        return [number, limit]

    def listing(limit: int = 10):
        return [limit]

    async def main():
        async with asgi_client(app) as client:
            replies = [await client.get(path) for path in paths]
        return [[r.status_code, r.json() if r.is_success else None] for r in replies]

    clock, records, app, number = VirtualClock(), [], FastAPI(), step["number"]
    timed = solution.timed(clock=clock.perf_counter, sink=records.append)
    app.get("/shop/{number}")(timed(show))
    app.get("/shop")(timed(listing))
    paths = [f"/shop/{number}", f"/shop/7?limit={number}", "/shop/seven", f"/shop?limit={number}"]
    return [asyncio.run(main()), see(records, "seconds")]


ASKS = {
    function.__name__.replace("_", " "): function
    for function in (one_call, two_calls, arguments, keeps_face, coroutines)
    + (threads, nature, generators, methods, flask, fastapi)
}
