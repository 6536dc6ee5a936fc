"""Questions about p04 · Context manager."""

import asyncio
import builtins
import functools
import inspect
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace

from grader.testkit.probe import Raised, answers, attempt, step, words
from grader.testkit.recording import AsyncConnector, Connector, SqliteFile

BOTH = ("Transaction", "transaction")
USUAL = ("OSError", "ValueError", "KeyError", "RuntimeError", "ZeroDivisionError")
FAULTS = [[], ["connect"], ["execute"], ["endpoint"]]
FAULTS += [["commit"], ["endpoint", "rollback"], ["close"]]


class Nothing(Exception):
    """An error that counts as false."""

    def __len__(self):
        return 0


ERRORS = {"Nothing": Nothing, "CancelledError": asyncio.CancelledError}


def steps(rng):
    text, *_ = words(rng, 1)
    for name in BOTH:
        one, two, three = rng.sample(USUAL, 3)
        yield step("gives-connection", f"calls after {name}(connect), not entered", name=name)
        asked = f"with {name}(connect) as x: is x what connect returned"
        yield step("gives-connection", asked, ask="given", name=name)
        for kind in (one, "KeyboardInterrupt"):
            yield _block("failing-connect", name, text, "leaves", connect=kind)
            yield _block("failing-commit", name, text, "leaves", commit=kind)
        for way in ("plain", "except", "return", "break", "continue"):
            asked = f"calls during and after a block of {name}: {way}"
            yield step("commits", asked, name=name, way=way)
        for kind in (one, "Nothing", "StopIteration"):
            yield _block("rolls-back", name, text, "leaves", block=kind)
        for kind in ("KeyboardInterrupt", "SystemExit"):
            yield _block("signals", name, text, "leaves", block=kind)
        asked = f"calls of {name} in a generator that is closed half-way"
        yield step("signals", asked, ask="generator", name=name)
        yield from _later_faults("first-error", name, text, one, two, three)
        yield _block("first-error", name, text, "", block=one, rollback="KeyboardInterrupt")
    name, (one, two, three) = "AsyncTransaction", rng.sample(USUAL, 3)
    yield from _about_async(name, text, one)
    yield _block("async-faults", name, text, "leaves", connect=one)
    yield _block("async-faults", name, text, "leaves", commit=two)
    yield from _later_faults("async-faults", name, text, one, two, three)
    for make in (*BOTH, name):
        asked = f"how two nested {make} end, of which the inner fails"
        yield step("independent", asked, ask="nested", name=make, text=text)
        fails = [True, False, rng.random() < 0.5]
        for order in ([0, 1, 2], rng.sample(range(3), 3)):
            asked = f"how three {make} at once end, in the order {order}; failing: {fails}"
            yield step("independent", asked, ask="at-once", name=make, fails=fails, order=order)
        asked = f"/items with {make}: rows or an error, opened and closed, for each fault"
        yield step("nothing-leaks", asked, name=make, text=text, faults=rng.sample(FAULTS, 7))
    for name in BOTH:
        asked = f"rows in a file after an INSERT with {name}, one that failed, and one more"
        yield step("nothing-leaks", asked, ask="rows", name=name, words=words(rng, 3))


def _about_async(name, text, usual):
    asked = f"calls after {name}(connect), not entered"
    yield step("async-twin", asked, ask="gives-connection", name=name)
    asked = f"async with {name}(connect) as x: is x what connect returned"
    yield step("async-twin", asked, ask="given", name=name)
    yield _block("async-twin", name, text, "")
    for kind in (usual, "Nothing", "StopAsyncIteration", "KeyboardInterrupt", "SystemExit"):
        yield _block("async-twin", name, text, "leaves", block=kind)
    asked = f"calls of {name} in an async generator that is closed half-way"
    yield step("async-twin", asked, ask="async-generator", name=name)
    asked = "calls of a block that is cancelled, and is its task cancelled"
    yield step("async-cancel", asked, name=name)
    yield _block("async-cancel", name, text, "kind", commit="CancelledError")
    yield _block("async-cancel", name, text, "", block=usual, rollback="CancelledError")


def _later_faults(behaviour, name, text, one, two, three):
    yield _block(behaviour, name, text, "shows", block=one, rollback=two)
    yield _block(behaviour, name, text, "shows", block=one, close=two)
    yield _block(behaviour, name, text, "shows", block=one, rollback=two, close=three)
    yield _block(behaviour, name, text, "shows", commit=one, rollback=two)
    yield _block(behaviour, name, text, "", commit=one, close=two)
    yield _block(behaviour, name, text, "", commit=one, rollback=two, close=three)
    yield _block(behaviour, name, text, "leaves", close=one)


def _block(behaviour, name, text, tell, **faults):
    """Ask what comes of a block; ``faults`` has the name of an error for what fails."""
    fails = ", ".join(f"{what}: {kind}" for what, kind in faults.items()) or "nothing"
    also = {"leaves": ", and what leaves it", "shows": ", and if the first error shows"}
    asked = f"calls of a block of {name}{also.get(tell, '')}; what fails: {fails}"
    data = {"name": name, "text": text, "tell": tell, "faults": faults}
    return step(behaviour, asked, ask="block", **data)


def observe(solution, steps):
    # One for all: what a solution keeps of it is not asked about, but where it makes two.
    connects = SimpleNamespace(sync=Connector(), asynchronous=AsyncConnector())
    asked = SimpleNamespace(solution=solution, connects=connects)
    return answers(asked, steps, ASKS)


def _run_to_end(ask):
    """Return an ask that runs the coroutine function ``ask``."""
    return functools.wraps(ask)(lambda asked, step: asyncio.run(ask(asked, step)))


def _prepared(asked, step):
    """Return the manager, its connector, and the errors that are to be raised by what fails."""
    is_async = step["name"] == "AsyncTransaction"
    connect = asked.connects.asynchronous if is_async else asked.connects.sync
    errors = {what: _error(kind, step["text"]) for what, kind in step.get("faults", {}).items()}
    connect.fail.clear()
    connect.fail.update(errors)
    connect.calls.clear()
    return getattr(asked.solution, step["name"])(connect), connect, errors


def _error(kind, text):
    return (ERRORS.get(kind) or getattr(builtins, kind))(text)


def _calls(connect):
    return [call for call in connect.calls if call != "connect"]


def gives_connection(asked, step):
    _, connect, _ = _prepared(asked, step)
    return [*connect.calls]


def given(asked, step):
    manager, connect, _ = _prepared(asked, step)
    _, _, seen = _run(step, manager, connect, None)
    return [any(found is made for made in connect.connections) for found in seen]


def block(asked, step):
    manager, connect, errors = _prepared(asked, step)
    left, calls, seen = _run(step, manager, connect, errors.get("block"))
    return [calls, len(seen), *TELL[step["tell"]](left, errors)]


def _run(step, manager, connect, raising):
    """Return what leaves a block, the calls until then, and what it was given."""
    if step["name"] == "AsyncTransaction":
        return asyncio.run(_run_async(manager, connect, raising))
    left, seen = None, []
    try:
        with manager as found:
            seen.append(found)
            if raising is not None:
                raise raising
    except BaseException as error:
        left = error
    return left, _calls(connect), seen


async def _run_async(manager, connect, raising):
    left, seen = None, []
    try:
        async with manager as found:
            seen.append(found)
            await asyncio.sleep(0)
            if raising is not None:
                raise raising
    except BaseException as error:
        left = error
    return left, _calls(connect), seen


def _the_very(left, errors):
    """Tell which of the errors leaves, and whether it has a cause or a context."""
    names = [what for what, error in errors.items() if error is left]
    return [names, left.__cause__ is None, left.__context__ is None]


def _first(left, errors):
    """Tell whether the first of the errors shows in what leaves."""
    first, seen = next(iter(errors.values())), []
    while left is not None and all(left is not error for error in seen):
        seen.append(left)
        context = None if left.__suppress_context__ else left.__context__
        left = left.__cause__ or context
    return [any(error is first for error in seen)]


TELL = {
    "leaves": _the_very,
    "shows": _first,
    "kind": lambda left, errors: [Raised.of(left)],
    "": lambda left, errors: [],
}


def commits(asked, step):
    manager, connect, _ = _prepared(asked, step)
    inside = []

    def left_early():
        for _ in range(1):
            with manager:
                inside.append(_calls(connect))
                if step["way"] == "return":
                    return
                if step["way"] == "break":
                    break
                continue

    def handling():
        try:
            raise ValueError
        except ValueError:
            with manager:
                inside.append(_calls(connect))

    ways = {"plain": lambda: _run(step, manager, connect, None), "except": handling}
    attempt(ways.get(step["way"], left_early))
    return [inside, _calls(connect)]


def generator(asked, step):
    manager, connect, _ = _prepared(asked, step)

    def rows():
        with manager:
            yield 1
            yield 2

    opened = rows()
    return [next(opened), attempt(opened.close), _calls(connect)]


@_run_to_end
async def async_generator(asked, step):
    manager, connect, _ = _prepared(asked, step)

    async def rows():
        async with manager:
            yield 1
            yield 2

    opened = rows()
    await anext(opened)
    await opened.aclose()
    return _calls(connect)


@_run_to_end
async def async_cancel(asked, step):
    manager, connect, _ = _prepared(asked, step)

    async def work():
        async with manager:
            asyncio.current_task().cancel()
            await asyncio.sleep(0)

    task = asyncio.ensure_future(work())
    await asyncio.wait({task})
    return [_calls(connect), task.cancelled()]


def _ends(connect):
    """Return what first ended each connection, in the order of their opening."""
    ends = [[c for c in made.calls if c in ("commit", "rollback")] for made in connect.connections]
    return [connect.calls.count("connect"), [end[:1] for end in ends]]


class AsyncWith:
    """A manager for ``with`` as one for ``async with``."""

    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        return type(self.manager).__enter__(self.manager)

    async def __aexit__(self, *details):
        return type(self.manager).__exit__(self.manager, *details)


def _maker(asked, step, **data):
    """Return what makes managers for ``async with``, all with one connector, and this."""
    make = getattr(asked.solution, step["name"])
    if step["name"] == "AsyncTransaction":
        connect = AsyncConnector(**data)
        return lambda: make(connect), connect
    connect = Connector(**data)
    return lambda: AsyncWith(make(connect)), connect


@_run_to_end
async def nested(asked, step):
    make, connect = _maker(asked, step)
    async with make():
        with suppress(Exception):
            async with make():
                raise ValueError(step["text"])
    return _ends(connect)


@_run_to_end
async def at_once(asked, step):
    make, connect = _maker(asked, step)
    gates = [asyncio.Event() for _ in step["fails"]]

    async def work(gate, fails):
        async with make():
            await gate.wait()
            if fails:
                raise ValueError

    tasks = [asyncio.create_task(work(*pair)) for pair in zip(gates, step["fails"])]
    for _ in range(5):
        await asyncio.sleep(0)
    for index in step["order"]:
        gates[index].set()
        await asyncio.wait({tasks[index]})
    await asyncio.gather(*tasks, return_exceptions=True)
    return _ends(connect)


@_run_to_end
async def nothing_leaks(asked, step):
    make, connect = _maker(asked, step, rows=[step["text"]])

    async def items():
        async with make() as connection:
            rows = connection.execute("SELECT name FROM items")
            if inspect.isawaitable(rows):
                rows = await rows
            if "endpoint" in connect.fail:
                raise LookupError
            return rows

    found = []
    for faults in step["faults"]:
        connect.fail = {what: OSError(step["text"]) for what in faults}
        try:
            answer = await items()
        except Exception:
            answer = "an error"
        found.append([answer, connect.opened, connect.closed])
    return found


class QuickFile(SqliteFile):
    """A database whose commits do not wait for the disk."""

    def connect(self):
        connection = super().connect()
        connection.execute("PRAGMA synchronous = OFF")
        return connection


def rows(asked, step):
    path = Path(f"{step['name']}.sqlite")
    path.unlink(missing_ok=True)
    database, first = QuickFile(path), QuickFile(path)
    with closing(first.connect()) as connection:
        connection.execute("CREATE TABLE items (name TEXT)")
    found = []
    for word, fails in zip(step["words"], (False, True, False)):
        with suppress(Exception), getattr(asked.solution, step["name"])(database.connect):
            database.connections[-1].execute("INSERT INTO items VALUES (?)", (word,))
            if fails:
                raise ValueError
        found.append([len(database.still_open), database.committed("SELECT name FROM items")])
    for left in database.still_open:
        left.close()
    return found


_ASKS = (
    *(gives_connection, given, block, commits, generator, async_generator, async_cancel),
    *(nested, at_once, nothing_leaks, rows),
)
ASKS = {ask.__name__.replace("_", "-"): ask for ask in _ASKS}
