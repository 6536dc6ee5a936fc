"""Questions about p06 · Request-scoped storage."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from contextvars import copy_context

from grader.testkit.leftovers import Watched, alive, watch
from grader.testkit.liveness import Rendezvous
from grader.testkit.probe import Raised, answers, attempt, step, words

# How long a wrong solution hangs at most.
PATIENCE = 3.0
ERRORS = (KeyError, ValueError, RuntimeError, LookupError, KeyboardInterrupt, SystemExit)


def steps(rng):
    names = words(rng, 4)
    a, values = names[0], [*names[2:], None, 0, "", [names[3]]]
    for _ in range(2):
        script = [["get", a], ["delete", a], ["set", a, None]]
        script += [["get", a], ["delete", a], ["get", a]]
        script += [_call(rng, names[:2], values) for _ in range(rng.randrange(6, 12))]
        asked = f"in a request: {', '.join(f'{call}{tuple(given)}' for call, *given in script)}"
        yield step("keeps-values", f"{asked[:148]}…", ask="script", script=script, names=names)
    depth = rng.randrange(3, 6)
    yield step("nested", f"{depth} requests in each other", names=names, depth=depth)
    turns = rng.sample(range(6), 4)
    asked = f"four tasks at once, whose requests end after {turns} turns of the loop"
    yield step("tasks", asked, names=names, turns=turns)
    for behaviour, cases in CASES.items():
        for case in cases:
            yield step(behaviour, case.__doc__, ask=case.__name__, names=names)


def _call(rng, keys, values):
    call = rng.choice(["set", "set", "set", "get", "get", "delete"])
    return [call, rng.choice(keys), *([rng.choice(values)] if call == "set" else [])]


def observe(solution, steps):
    # What earlier code left need not be looked through when garbage is collected.
    gc.freeze()
    return answers(solution, steps, ASKS)


def _asking(case):
    """Return an ask that runs a case, with a storage and in a context of its own."""

    def run(*args):
        found = case(*args)
        return asyncio.run(found) if asyncio.iscoroutine(found) else found

    def ask(solution, step):
        more = [step[name] for name in ("script", "depth", "turns") if name in step]
        parts = copy_context().run(run, solution.RequestStorage(), *more, *step["names"])
        return [_told(p, solution) if isinstance(p, BaseException) else p for p in parts]

    return ask


def _told(error, solution):
    is_known = issubclass(type(error), solution.NoRequestError)
    return Raised("NoRequestError") if is_known else Raised.of(error)


def caught(function, *args):
    """Return what a function returns, or its error."""
    try:
        return function(*args)
    except BaseException as error:
        return error


def seen(storage, key):
    """Return the value of a key; None where it is missing or no request is open."""
    with suppress(Exception):
        return storage.get(key)


def script(storage, calls, a, b, x, y):
    with storage.request():
        return [attempt(getattr(storage, call), *given) for call, *given in calls]


def the_very_object(storage, a, b, x, y):
    """is what get returns the list that was set first, and last"""
    lists, found = ([x], [x]), []
    with storage.request():
        for mine in lists:
            storage.set(a, mine)
            found += [storage.get(a) is one for one in lists]
    return found


def snapshots(storage, a, b, x, y):
    """snapshots of a request, before and after one of them, or the request, was changed"""
    with storage.request():
        found = [storage.snapshot()]
        storage.set(a, x)
        storage.snapshot()[a] = y
        found += [storage.snapshot(), storage.get(a)]
        storage.set(b, [y])
        taken = storage.snapshot()
        found.append(taken[b] is storage.get(b))
        storage.set(y, x)
        storage.delete(a)
        return [*found, taken, storage.snapshot()]


def outside(storage, a, b, x, y):
    """get, delete, set and snapshot before a block, on the way to it, and after it"""
    calls = [(storage.get, a), (storage.delete, a), (storage.set, a, x), (storage.snapshot,)]
    found = [caught(*call) for call in calls]
    manager = storage.request()
    found.append(caught(storage.delete, a))
    with manager:
        storage.set(a, x)
        found.append(storage.get(a))
    found += [caught(*call) for call in calls]
    with storage.request():
        return [*found, storage.snapshot()]


def nested(storage, depth, a, b, x, y):
    found = []

    def nest(level):
        with storage.request():
            found.append(storage.snapshot())
            storage.set(a, level)
            storage.set(b, [x, level])
            if level < depth:
                nest(level + 1)
            found.append(storage.snapshot())
            storage.delete(b)
            storage.set(y, x)
            found.append(storage.snapshot())

    nest(1)
    return found


def leaving_errors(storage, a, b, x, y):
    """does the very error of a block leave it, and what is seen afterwards"""
    found = []
    for error in [kind(x) for kind in ERRORS]:

        def block():
            with storage.request():
                storage.set(a, x)
                raise error

        found += [caught(block) is error, seen(storage, a)]
    with storage.request():
        storage.set(a, y)
        caught(block)
        return [*found, storage.snapshot()]


async def cancelled(storage, a, b, x, y):
    """is a task cancelled whose request is cancelled, and what is seen at its end"""
    found = []

    async def handle():
        try:
            with storage.request():
                storage.set(a, x)
                await asyncio.Event().wait()
        finally:
            found.append(seen(storage, a))

    task = asyncio.create_task(handle())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return [*found, task.cancelled()]


def two_storages(storage, a, b, x, y):
    """what two storages hold, their requests nested in each other"""
    other = type(storage)()
    with storage.request():
        storage.set(a, x)
        found = [seen(other, a)]
        with other.request():
            found.append(other.snapshot())
            other.set(b, y)
            found += [storage.snapshot(), other.snapshot()]
        return [*found, storage.snapshot()]


def threads(storage, a, b, x, y):
    """what the threads of a pool see: before, in and after requests that overlap, in two rounds"""
    all_are_set, all_have_read = (Rendezvous(3, patience=PATIENCE) for _ in range(2))

    def handle(value):
        found = [seen(storage, a)]
        with storage.request():
            found.append(storage.snapshot())
            storage.set(a, value)
            all_are_set.meet()
            found.append(storage.snapshot())
            all_have_read.meet()
            storage.set(b, value)
            return [*found, storage.snapshot()]

    with ThreadPoolExecutor(3) as pool:
        return [list(pool.map(handle, [x, y, f"{x} {y}"])) for _ in range(2)]


async def tasks(storage, turns, a, b, x, y):
    async def log_in():
        storage.set(b, [storage.get(a)])
        await asyncio.sleep(0)

    async def handle(turns, value):
        with storage.request():
            storage.set(a, value)
            await asyncio.sleep(0)
            found = [storage.snapshot()]
            for _ in range(turns):
                await asyncio.sleep(0)
            await log_in()
            found.append(storage.snapshot())
        return [*found, seen(storage, a)]

    return await asyncio.gather(*map(handle, turns, [x, y, f"{x} {y}", f"{y} {x}"]))


async def in_a_task(function):
    async def child():
        return function()

    return await asyncio.create_task(child())


CHILDREN = (in_a_task, asyncio.to_thread)


async def with_child(storage, in_child, function, values):
    """Return what a child of a request did, and the values of its parent afterwards."""
    with storage.request():
        for key, value in values.items():
            storage.set(key, value)
        return await in_child(function), storage.snapshot()


async def children(storage, a, b, x, y):
    """what children see, in tasks and threads, that set, delete and open; and their parents"""

    def sets():
        storage.set(a, y)
        storage.set(y, [x])

    def opens():
        with storage.request():
            storage.set(a, y)

    doing = (lambda: None, sets, lambda: storage.delete(a), opens)
    return [
        await with_child(storage, in_child, lambda: (do(), storage.snapshot()), {a: x, b: y})
        for in_child in CHILDREN
        for do in doing
    ]


async def siblings(storage, a, b, x, y):
    """what two children see at once, and one that was made before its parent set a value"""

    async def child(key, value):
        storage.set(key, value)
        await asyncio.sleep(0)
        return storage.snapshot()

    with storage.request():
        storage.set(a, x)
        early = asyncio.create_task(child(y, x))
        both = asyncio.gather(child(a, x * 2), child(a, y * 2))
        storage.set(a, y)
        storage.set(b, x)
        return [await early, *await both, storage.snapshot()]


def handle_watched(storage, a, b):
    """Return weak references to what a request held: set, replaced and deleted."""
    first, second, third = (Watched(name) for name in ("set", "replaced", "deleted"))
    with storage.request():
        storage.set(a, second)
        storage.set(a, first)
        storage.set(b, third)
        storage.delete(b)
    return watch(first, second, third)


def released(storage, a, b, x, y):
    """what is alive after a request: alone, on a pool's thread, and in another request"""
    found = [alive(handle_watched(storage, a, b))]
    with ThreadPoolExecutor(1) as pool:
        found.append(alive(pool.submit(handle_watched, storage, a, b).result()))
    with storage.request():
        storage.set(a, x)
        return [*found, alive(handle_watched(storage, a, b))]


def released_by_children(storage, a, b, x, y):
    """what a child set that is alive after the request, in a task and in a thread"""

    def child():
        value = Watched("set by a child")
        with suppress(Exception):
            storage.set(b, value)
        return watch(value)

    return [alive(asyncio.run(with_child(storage, way, child, {a: x}))[0]) for way in CHILDREN]


def entered_elsewhere(storage, key, value):
    """Return a block that has been entered in a context of its own."""
    manager, elsewhere = storage.request(), copy_context()
    elsewhere.run(manager.__enter__)
    elsewhere.run(storage.set, key, value)
    return manager


def left_elsewhere(storage, a, b, x, y):
    """leaving blocks from elsewhere: without a request, in one, in its outer one, by an error"""
    blocks, error = [entered_elsewhere(storage, a, x) for _ in range(3)], KeyError(y)
    found = [bool(blocks[0].__exit__(None, None, None)), seen(storage, a)]
    with storage.request():
        storage.set(a, y)
        blocks[1].__exit__(None, None, None)
        found.append(storage.snapshot())
        inner = entered_elsewhere(storage, a, x)
        storage.set(b, x)
        inner.__exit__(None, None, None)
        found.append(storage.snapshot())
    with ExitStack() as stack:
        stack.push(lambda kind, left, trace: found.append(left is error) or True)
        stack.push(blocks[2])
        raise error
    return [*found, alive(watched_elsewhere(storage, a))]


def watched_elsewhere(storage, key):
    refs = watch(value := Watched("the value"))
    entered_elsewhere(storage, key, value).__exit__(None, None, None)
    return refs


async def applications(storage, a, b, x, y):
    """what users at once are told by a coroutine, and by functions in a task and in a thread"""
    meeting = Rendezvous(6, patience=PATIENCE)

    def read():
        storage.set(b, storage.get(a))
        return [storage.get(a), storage.get(b)]

    async def read_async():
        first = storage.get(a)
        await asyncio.sleep(0)
        return [first, storage.get(a)]

    async def handle(endpoint, user):
        with storage.request():
            storage.set(a, user)
            await meeting.meet_async()
            return await endpoint()

    endpoints = (read_async, lambda: in_a_task(read), lambda: asyncio.to_thread(read))
    asked = [handle(endpoint, user) for endpoint in endpoints for user in (x, y)]
    return await asyncio.gather(*asked, return_exceptions=True)


def one_thread(storage, a, b, x, y):
    """what two users are told whom a pool's thread serves one after the other"""

    def handle(user):
        with storage.request():
            storage.set(a, storage.snapshot() or user)
            return storage.get(a)

    with ThreadPoolExecutor(1) as pool:
        return list(pool.map(handle, [x, y]))


CASES = {
    "keeps-values": (the_very_object,),
    "snapshot": (snapshots,),
    "outside": (outside,),
    "errors": (leaving_errors, cancelled),
    "two-storages": (two_storages,),
    "threads": (threads,),
    "children": (children, siblings),
    "released": (released, released_by_children),
    "left-elsewhere": (left_elsewhere,),
    "applications": (applications, one_thread),
}
ASKS = {case.__name__: _asking(case) for case in (script, nested, tasks, *sum(CASES.values(), ()))}
