"""Questions about p09 · Sync function made async-safe."""

import asyncio
import contextlib
import functools
import gc
import inspect
import threading
import traceback
import weakref
from collections import defaultdict
from concurrent.futures import thread as pools
from contextvars import ContextVar

from grader.testkit.leftovers import Watched
from grader.testkit.liveness import InFlight, LoopGate, Rendezvous
from grader.testkit.probe import Raised, answers, attempt, step, words

# Seconds after which a wrong solution is given up; a right one never comes near them.
PATIENCE = 1.5
# Turns within which what a wrong solution has started begins.
TURNS = 6
KEYWORDS = ("func", "self", "limit", "args", "kwargs", "loop", "callback", "context", "executor")


class Refused(Exception):
    """An error that cannot be made anew from its args, and can be watched."""

    def __init__(self, *, code):
        super().__init__(f"refused with {code}")


ERRORS = {
    "Refused": lambda: Refused(code=7),
    "KeyError": KeyError,
    "OSError": OSError,
    "KeyboardInterrupt": KeyboardInterrupt,
    "SystemExit": SystemExit,
}
request_id = ContextVar("request_id", default="none")


def steps(rng):
    a, b, c, d, e = names = words(rng, 5)
    number, limit = rng.randrange(2, 999), rng.randrange(1, 4)

    asked = "are the results None, 0, '', [], an object the very objects"
    yield step("arguments-and-result", asked, ask="results")
    keywords = {name: rng.randrange(99) for name in (*KEYWORDS, a, b)}
    asked = f"what arrives of 1, {number} and {', '.join(keywords)} by name"
    data = {"limit": limit, "args": [1, number], "keywords": keywords}
    yield step("arguments-and-result", asked, ask="arguments", **data)

    source = f"def {a}({b}: str, *, {c}: int = {number}) -> list: 'About {d}.'"
    face = {"source": source, "name": a, "module": e, "owner": d}
    asked = f"is it a coroutine function; names, docstring and signature of `{source}`"
    yield step("metadata", asked, ask="face", **face)
    yield step("metadata", "has the function run before and after the await", ask="begun")

    asked = f"what {', '.join(CALLABLES)}, wrapped, return for ({number}, times=3)"
    yield step("any-callable", asked, ask="callables", number=number)
    for kind in REFUSED:
        asked = f"async_safe(<{kind}>) and with limit={limit}"
        yield step("any-callable", asked, ask="refused", kind=kind, limit=limit)

    data = {"limits": [None, limit, None, rng.randrange(3, 5)]}
    asked = "the loop is alive (limits {}, {}), three calls meet (limits {}, {})"
    yield step("loop-lives", asked.format(*data["limits"]), ask="alive", **data)

    for kind in ERRORS:
        most = rng.choice([None, limit])
        asked = f"it raises its {kind}, limit={most}: the very object, its cause, end of traceback"
        yield step("errors", asked, ask="error", kind=kind, limit=most)
    for most in (None, limit):
        asked = f"it raises StopIteration, limit={most}: what arrives, and is that its cause"
        yield step("stop-iteration", asked, ask="stop", limit=most)

    for most in (None, limit):
        asked = (
            f"a context variable, {a} at the wrapping, {b} later, inside and after, limit={most}"
        )
        yield step("context", asked, ask="context", names=[a, b, c], limit=most)
    asked = f"what two calls at once see of a context variable that they set to {a} and {b}"
    yield step("context", asked, ask="contexts", names=[a, b])

    ends = [f"let {a}", f"outcomes {a}"]
    for most in (None, 1):
        yield _crowd("cancellation", most, [f"start {a}", f"begun {a}", f"cancel {a}", *ends])
    for ending in ("returns", "raises"):
        asked = f"what asyncio complains of after a cancelled call whose function {ending}"
        yield step("cancellation", asked, ask="noise", ending=ending)

    everybody = " ".join(names)
    for most in (1, rng.randrange(2, 4)):
        script = [f"start {' '.join(names[:most])}", f"begun {' '.join(names[:most])}"]
        script += [f"start {' '.join(names[most:])}", "settle", "inside", f"let {everybody}"]
        yield _crowd("limit", most, [*script, f"outcomes {everybody}", "peak"])
    script = [f"start {a}", f"other {b}", f"begun {a} {b}", f"let {a} {b}", f"outcomes {a} {b}"]
    yield _crowd("limit", 1, script, others=1)
    crowd = " ".join(f"{a}{index}" for index in range(40))
    script = [f"start {b}", f"begun {b}", f"start {crowd}", "settle", f"other {c}", f"begun {c}"]
    yield _crowd("limit", 1, [*script, f"let {b} {c} {crowd}", f"outcomes {c}"])
    for bad in (0, -number):
        yield step("limit", f"async_safe(len, limit={bad})", ask="bad limit", limit=bad)

    script = [f"start {a}", f"begun {a}", f"cancel {a}", f"start {b}", "settle", "inside"]
    yield _crowd("slots", 1, [*script, f"let {a}", f"begun {b}", f"let {b}", f"outcomes {b}"])
    script = [f"start {a}", f"begun {a}", f"start {b}", "settle", f"cancel {b}", f"outcomes {b}"]
    script += [f"let {a} {b} {c}", f"outcomes {a}", f"start {c}", f"outcomes {c}", "settle"]
    yield _crowd("slots", 1, [*script, f"ran {b}"])
    for kind in ("KeyError", "SystemExit"):
        asked = f"limit=1: is a call without end that raises {kind}; the result of one after it"
        yield step("slots", asked, ask="after error", kind=kind, number=number)

    asked = f"calls of one function in two loops: results, and did the loop stand still meanwhile"
    yield step("several-loops", asked, ask="loops", number=number)
    script = [f"start {a}", "settle", f"start {b} {c}", "settle", f"let {a} {b} {c}"]
    script.append(f"outcomes {a} {b} {c}")
    yield _crowd("several-loops", 1, script, loops=2, patience=0.4)

    for most in (None, limit):
        asked = f"tasks and threads left after a call and one that fails, limit={most}"
        yield step("nothing-left", asked, ask="left", limit=most)
        asked = f"are argument, result, error and function still held, limit={most}"
        yield step("nothing-left", asked, ask="held", limit=most)


def _crowd(behaviour, limit, script, **data):
    """Ask what each action of a script gives; the calls stay in their threads until let go."""
    shown = [action if len(action) < 30 else f"{action[:20]}…" for action in script]
    asked = f"limit={limit}: {', '.join(shown)}"
    return step(behaviour, asked, ask="crowd", script=script, limit=limit, **data)


def observe(solution, steps):
    return answers(solution, steps, ASKS)


class Shop:
    def price(self, item, *, times=1):
        return [item, times]

    async def order(self, item):
        return item


class Counter:
    def __call__(self, item, *, times=1):
        return [item, times]


class AsyncCounter:
    async def __call__(self, item):
        return item


CALLABLES = {
    "lambda": lambda item, *, times=1: [item, times],
    "bound method": Shop().price,
    "partial": functools.partial(Shop.price, None),
    "object with __call__": Counter(),
    "class": functools.partial(dict, ()),
    "built-in": sorted,
}
REFUSED = {
    "async def": Shop.order,
    "bound method of async def": Shop().order,
    "partial of async def": functools.partial(Shop().order, 1),
    "object with async __call__": AsyncCounter(),
}


async def turn():
    """Start a thread and wait for it, so that threads started earlier get their turn."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    threading.Thread(target=loop.call_soon_threadsafe, args=(event.set,)).start()
    await event.wait()


async def in_time(awaitable):
    """Return what is awaited, or its very error."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await awaitable
    except BaseException as error:
        return error


def plain(found):
    return Raised.of(found) if isinstance(found, BaseException) else found


async def results(solution, step):
    mine = [None, 0, "", [], object()]
    given = iter(mine)
    safe = solution.async_safe(lambda: next(given))
    return [await in_time(safe()) is result for result in mine]


async def arguments(solution, step):
    found = []
    for limit in (None, step["limit"]):
        safe = solution.async_safe(lambda *args, **kwargs: [args, kwargs], limit=limit)
        found.append(plain(await in_time(safe(*step["args"], **step["keywords"]))))
    return found


async def face(solution, step):
    place = {"__name__": step["module"]}
    exec(step["source"], place)
    function = place[step["name"]]
    function.__qualname__ = f"{step['owner']}.{step['name']}"
    found = solution.async_safe(function)
    names = [found.__name__, found.__qualname__, found.__module__, found.__doc__]
    return [inspect.iscoroutinefunction(found), *names, str(inspect.signature(found))]


async def begun(solution, step):
    ran = threading.Event()
    coroutine = solution.async_safe(ran.set)()
    for _ in range(TURNS):
        await turn()
    before = ran.is_set()
    await in_time(coroutine)
    return [before, ran.is_set()]


async def callables(solution, step):
    found = []
    for kind, function in CALLABLES.items():
        args, keywords = [step["number"]], {"times": 3}
        if kind in ("class", "built-in"):
            args = [[2, step["number"]]] if kind == "built-in" else []
            keywords = {"reverse": True} if kind == "built-in" else keywords
        found.append(plain(await in_time(solution.async_safe(function)(*args, **keywords))))
    return found


async def refused(solution, step):
    limits = (None, step["limit"])
    found = [attempt(solution.async_safe, REFUSED[step["kind"]], limit=limit) for limit in limits]
    return [error if isinstance(error, Raised) else "taken" for error in found]


async def bad_limit(solution, step):
    found = attempt(solution.async_safe, len, limit=step["limit"])
    return found if isinstance(found, Raised) else "taken"


async def alive(solution, step):
    first, second, *limits = step["limits"]
    gate, found = LoopGate(patience=PATIENCE), []
    for limit in (first, second):
        found.append(plain(await in_time(solution.async_safe(gate.wait, limit=limit)())))
    for limit in limits:
        safe = solution.async_safe(Rendezvous(3, patience=PATIENCE).meet, limit=limit)
        met = await asyncio.gather(safe(), safe(), safe(), return_exceptions=True)
        found.append([plain(is_met) for is_met in met])
    return found


def failing(error):
    def fails():
        raise error

    return fails


async def error(solution, step):
    mine, cause = ERRORS[step["kind"]](), KeyError("cause")
    mine.__cause__ = cause
    found = await in_time(solution.async_safe(failing(mine), limit=step["limit"])())
    ends = [frame.f_code.co_name for frame, _ in traceback.walk_tb(found.__traceback__)]
    return [found is mine, found.__cause__ is cause, ends[-1]]


async def stop(solution, step):
    mine = StopIteration(6)
    found = await in_time(solution.async_safe(failing(mine), limit=step["limit"])())
    return [plain(found), found.__cause__ is mine]


async def context(solution, step):
    early, late, theirs = step["names"]

    def visit():
        seen = request_id.get()
        request_id.set(theirs)
        return seen

    request_id.set(early)
    safe = solution.async_safe(visit, limit=step["limit"])
    request_id.set(late)
    found = [await in_time(safe()), await in_time(safe())]
    return [*map(plain, found), request_id.get()]


async def contexts(solution, step):
    meeting = Rendezvous(2, patience=0.2)

    def work(name):
        request_id.set(name)
        meeting.meet()
        return request_id.get()

    safe = solution.async_safe(work)
    found = await asyncio.gather(*map(safe, step["names"]), return_exceptions=True)
    return [*map(plain, found)]


class Crowd:
    """Calls that stay in their threads until they are let go; an action is a method."""

    def __init__(self, safe, other=None, patience=PATIENCE):
        self.patience = patience
        self.safe = {"start": safe, "other": other}
        self.tasks, self.inside, self.flight, self.gave_up = {}, set(), InFlight(), False
        self.begun, self.gates = defaultdict(asyncio.Event), defaultdict(threading.Event)
        self.loop, self.thread = asyncio.get_running_loop(), threading.get_ident()

    async def play(self, script):
        try:
            return [await self.act(*action.split()) for action in script]
        finally:
            self.see_let(*self.gates)

    async def act(self, verb, *names):
        match verb:
            case "start" | "other":
                for name in names:
                    # Made here, so that no thread is the first to ask for it.
                    self.gates[name].is_set()
                    self.tasks[name] = asyncio.create_task(self.wait(self.safe[verb], name))
            case "begun":
                await in_time(asyncio.gather(*(self.begun[name].wait() for name in names)))
                return [name in self.inside and not self.gave_up for name in names]
            case "cancel":
                task = self.tasks[names[0]]
                task.cancel()
                await asyncio.wait({task}, timeout=PATIENCE)
                return [task.done(), names[0] in self.inside]
            case "outcomes":
                await asyncio.wait({self.tasks[name] for name in names}, timeout=PATIENCE)
                return [self.outcome(self.tasks[name]) for name in names]
            case "settle":
                for _ in range(TURNS):
                    await turn()
            case _:
                return getattr(self, f"see_{verb}")(*names)

    async def wait(self, safe, name):
        return await safe(name)

    def hold(self, name):
        """Run in a thread, until let go."""
        with self.flight:
            self.inside.add(name)
            self.stay(name)
            self.inside.discard(name)
        return name

    def stay(self, name):
        # The loop of a wrong solution may be closed by now.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.begun[name].set)
        # On the loop's own thread nobody could let it go.
        if threading.get_ident() != self.thread and not self.gates[name].wait(self.patience):
            self.gave_up = True
            self.see_let(*self.gates)

    def outcome(self, task):
        if not task.done() or task.cancelled():
            return "cancelled" if task.done() else "still waiting"
        return plain(task.exception() or task.result())

    def see_let(self, *names):
        for name in names:
            self.gates[name].set()

    def see_inside(self):
        return self.flight.now

    def see_peak(self):
        return self.flight.peak

    def see_ran(self, name):
        return self.begun[name].is_set() and not self.gave_up


def crowd(solution, step):
    crowds = []

    def hold(name):
        return crowds[-1].hold(name)

    async def main():
        crowds.append(Crowd(safe, other, step.get("patience", PATIENCE)))
        return await crowds[-1].play(step["script"])

    safe = solution.async_safe(hold, limit=step["limit"])
    other = solution.async_safe(hold, limit=step.get("others"))
    return [asyncio.run(main()) for _ in range(step.get("loops", 1))]


def loops(solution, step):
    def work(number, gate):
        is_on_loop = threading.current_thread() is threading.main_thread()
        return [number + 1, not (is_on_loop or gate.wait())]

    async def main(number):
        return plain(await in_time(safe(number, LoopGate(patience=PATIENCE))))

    safe = solution.async_safe(work)
    return [asyncio.run(main(step["number"] + index)) for index in range(2)]


async def noise(solution, step):
    complaints, made = [], []

    def work(name):
        outcome = Refused(code=name)
        made.append(weakref.ref(outcome))
        crowd.hold(name)
        try:
            if step["ending"] == "raises":
                raise outcome
            return outcome
        finally:
            del outcome

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
    crowd = Crowd(solution.async_safe(work))
    found = await crowd.play(["start a", "begun a", "cancel a"])
    # A cancelled task holds the frames that it went through.
    crowd.tasks.clear()
    return [found, await is_dead(made[0]), len(complaints)]


async def after_error(solution, step):
    def work(error):
        if error is not None:
            raise error
        return step["number"]

    safe = solution.async_safe(work, limit=1)
    first = await in_time(safe(ERRORS[step["kind"]]()))
    return [type(first) is TimeoutError, plain(await in_time(safe(None)))]


async def is_dead(ref):
    """Wait until an object is dead; the collector may have to help."""
    for turns in range(400):
        if ref() is None:
            return True
        if turns % 20 == 19:
            gc.collect()
        await turn()
    return False


async def left(solution, step):
    before = threading.enumerate()
    for function in (lambda: "done", failing(Refused(code=3))):
        await in_time(solution.async_safe(function, limit=step["limit"])())
    threads = [thread for thread in threading.enumerate() if thread not in before]
    threads = [t for t in threads if not t.daemon and t not in pools._threads_queues]
    for thread in threads:
        thread.join(PATIENCE)
    return [len(asyncio.all_tasks()), sum(thread.is_alive() for thread in threads)]


async def held(solution, step):
    refs = []

    def watched():
        value = Watched("value")
        refs.append(weakref.ref(value))
        return value

    def fails():
        error = Refused(code=4)
        refs.append(weakref.ref(error))
        try:
            raise error
        finally:
            del error

    def work(argument):
        return "done"

    refs.append(weakref.ref(work))
    for function, args in ((watched, []), (fails, []), (work, [watched()])):
        await in_time(solution.async_safe(function, limit=step["limit"])(*args))
    del function, args, work
    return [not await is_dead(ref) for ref in refs]


def in_a_loop(ask, solution, step):
    return asyncio.run(ask(solution, step))


WITH_LOOP = (results, arguments, face, begun, callables, refused, bad_limit, alive, error, stop)
WITH_LOOP += (context, contexts, noise, after_error, left, held)
ASKS = {ask.__name__.replace("_", " "): functools.partial(in_a_loop, ask) for ask in WITH_LOOP} | {
    "crowd": crowd,
    "loops": loops,
}
