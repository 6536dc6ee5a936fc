"""Questions about p10 · Partial failures."""

import asyncio
import functools
from itertools import groupby

from grader.testkit.clock import run, virtual_time
from grader.testkit.liveness import InFlight, Rendezvous
from grader.testkit.probe import Raised, anew, answers, step, words


class Broken(Exception):
    """What a call raises."""


def steps(rng):
    a, b, c = names = words(rng, 3)
    short, long, number = rng.randrange(1, 9), rng.randrange(20, 60), rng.randrange(2, 99)
    times = rng.sample(range(1, 20), 4)
    times[:2] = sorted(times[:2], reverse=True)

    made = [number, "Broken('a')", 0, None, "Broken('b')", "", a, 0.0]
    rng.shuffle(made)
    made.insert(0, b)
    enough = 7 + rng.randrange(1, 3)
    shown = f"a Report of {made}"
    yield step("gives-both", f"values and failures of {shown}", ask="report", made=made)
    for minimum in (0, rng.randrange(1, 7), 7, enough):
        asked = f"require({shown}, {minimum}): values, or report, minimum, cause"
        yield step("requires", asked, ask="require", made=made, minimum=minimum)
    asked = f"require(a Report of {[number]}, {enough})"
    yield step("requires", asked, ask="require", made=[number], minimum=enough)

    for count in (2, rng.randrange(30, 41)):
        asked = f"do {count} calls meet that wait for one another"
        yield step("runs-together", asked, ask="meet", count=count)

    mixed = [_returns(name, after) for name, after in zip(names, times)]
    yield _gather("input-order", ["results"], mixed)
    first, last = ["raises", "Broken()", times[0]], ["raises", "Broken()", 0]
    yield _gather("input-order", ["results"], [first, _returns(b, times[1]), last])
    yield _gather("input-order", ["results"], [_returns(a), _returns(b)], order=[0, 1, 0])

    for value in ("None", "False", "0", "''", "()", "Broken()", "asyncio.CancelledError()"):
        yield _gather("any-result", ["results"], [["returns", value, 0], _returns(a)])

    group = "ExceptionGroup('two', [Broken(), Broken()])"
    for error in (["raises", "Broken()", times[1]], ["cannot be made", "Broken()", 0]):
        calls = [_returns(a, times[0]), error, _returns(c, times[2])]
        yield _gather("errors-apart", ["results"], calls)
    yield _gather("errors-apart", ["results"], [["raises", group, 0], _returns(a)])
    own = ["raises", f"TimeoutError({a!r})", 0]
    yield _gather("errors-apart", ["results"], [own, _returns(b)], timeout=short)

    yield _gather("any-input", ["results"], [])
    yield _gather("any-input", ["results"], [], timeout=short, max_concurrency=2, as_iterator=True)
    yield _gather("any-input", ["results"], mixed, as_iterator=True)
    kinds = [[kind, repr(name), 1] for kind, name in zip(("future", "task", "reply"), names)]
    yield _gather("any-input", ["results"], kinds, timeout=long)

    never = ["never ends", "None", 0]
    late, calls = times[0] + 1, [_returns(a, times[0]), never, _returns(b)]
    yield _gather("times-out", ["results", "seconds"], calls, timeout=late)
    slow = ["returns", "None", long, number]
    yield _gather("times-out", ["results", "notes", "left"], [slow], timeout=short)
    in_time = [_returns(a), ["raises", "Broken()", 0]]
    yield _gather("times-out", ["results", "left"], in_time, timeout=long)
    for bad in (0, -number):
        yield _gather("times-out", ["results", "notes"], [_returns(a)], timeout=bad)

    most = rng.randrange(2, 4)
    yield _gather("limits", ["peak"], [_returns(a, short)] * 5, max_concurrency=most)
    sleeps = [_returns(a, seconds) for seconds in (3 * short, short, short, short)]
    yield _gather("limits", ["seconds", "made"], sleeps, max_concurrency=2)
    yield _gather("limits", ["made"], [_returns(a, time) for time in times], max_concurrency=1)
    waiting = [_returns(name, short) for name in names]
    yield _gather("limits", ["results"], waiting, timeout=short + 1, max_concurrency=1)
    failed = [["raises", "Broken()", 0], ["cannot be made", "Broken()", 0], never, _returns(a)]
    yield _gather("limits", ["results"], failed, timeout=short, max_concurrency=1)
    for bad in (0, -number):
        yield _gather("limits", ["results", "notes"], [_returns(a)], max_concurrency=bad)

    for kind in ("cancels its task", "awaits what was cancelled"):
        for options in ({}, {"timeout": long}):
            calls = [_returns(a, short), [kind, "None", 0], _returns(c)]
            yield _gather("own-cancellation", ["results"], calls, **options)

    look, slow = ["results", "notes", "left"], [["returns", repr(name), long] for name in names]
    yield _gather("outer-cancellation", look, slow, cancel=short)
    cleanups = [[*call, cleanup] for call, cleanup in zip(slow, rng.sample(range(1, 9), 3))]
    yield _gather("outer-cancellation", look, cleanups, cancel=short)
    yield _gather("outer-cancellation", look, cleanups, cancel=short, max_concurrency=1)
    stubborn = [["returns when cancelled", "None", long]]
    yield _gather("outer-cancellation", ["results", "left"], stubborn, cancel=short)

    for signal in ("KeyboardInterrupt()", f"SystemExit({number})"):
        calls = [_returns(a, long), ["raises", signal, short]]
        yield _gather("interrupts", ["results"], calls)


def _returns(value, after=0):
    return ["returns", repr(value), after]


def _gather(behaviour, look, calls, **options):
    """Ask what is seen of one gathering; a call is a kind, a value or error, seconds, a clean-up."""
    shown = [
        f"{kind} {text}" + f" after {' + '.join(map(str, after))} s" * any(after)
        for kind, text, *after in calls
    ]
    shown = [f"{len([*group])} × {text}" for text, group in groupby(shown)]
    how = "".join(f", {name}={value}" for name, value in options.items())
    asked = f"{', '.join(look)} of gather_partial([{'; '.join(shown)}]{how})"
    return step(behaviour, asked, ask="gather", look=look, calls=calls, options=options)


def observe(solution, steps):
    with virtual_time() as clock:
        return answers(Stage(solution, clock), steps, ASKS)


class Stage:
    """The solution, run anew where its imports get virtual time, and what is asked of it."""

    def __init__(self, solution, clock):
        self.clock, self.module = clock, anew(solution)

    def report(self, made):
        """Return a report of values, and of errors where they are the text of one."""
        Ok, Failed = self.module.Ok, self.module.Failed
        is_error = lambda entry: str(entry).startswith("Broken")
        return self.module.Report([Failed(eval(x)) if is_error(x) else Ok(x) for x in made])


def report(stage, step):
    made = stage.report(step["made"])
    is_own = [[n, error is made.results[n].error] for n, error in made.failures.items()]
    return [made.values, is_own]


def require(stage, step):
    made = stage.report(step["made"])
    try:
        return stage.module.require(made, step["minimum"])
    except stage.module.TooFewResults as error:
        cause = error.__cause__
        places = [
            n for n, result in enumerate(made.results) if cause is getattr(result, "error", 0)
        ]
        return [error.report is made, error.minimum, cause if cause is None else places]


def meet(stage, step):
    meeting = Rendezvous(step["count"])
    calls = [functools.partial(meeting.meet_async) for _ in range(step["count"])]
    found = run(stage.module.gather_partial(calls), stage.clock)
    return [meeting.is_met, found.values]


class Calls:
    """The calls of one gathering, and what becomes of them."""

    def __init__(self, calls, clock):
        self.clock, self.began = clock, clock.now
        self.flight, self.notes, self.times = InFlight(), [], []
        self.own = [eval(text) for _, text, *_ in calls]
        self.made = [functools.partial(self.make, n, *call) for n, call in enumerate(calls)]

    def since(self):
        return round(self.clock.now - self.began, 6)

    def make(self, number, kind, _, after, cleanup=0):
        self.notes.append(f"{number} made")
        self.times.append(self.since())
        if kind == "cannot be made":
            raise self.own[number]
        if kind == "future":
            future = asyncio.get_running_loop().create_future()
            future.get_loop().call_later(after, future.set_result, self.own[number])
            return future
        coroutine = self.work(number, kind, after, cleanup)
        return WRAPS.get(kind, lambda coroutine: coroutine)(coroutine)

    async def work(self, number, kind, after, cleanup):
        with self.flight:
            try:
                await WAITS.get(kind, asyncio.sleep)(after)
            except asyncio.CancelledError:
                if kind == "returns when cancelled":
                    return
                self.notes.append(f"{number} cancelled")
                await asyncio.sleep(cleanup)
                self.notes.append(f"{number} cleaned up")
                raise
        if kind == "raises":
            raise self.own[number]
        return self.own[number]


class Reply:
    def __init__(self, coroutine):
        self.coroutine = coroutine

    def __await__(self):
        return self.coroutine.__await__()


async def never_ends(_):
    await asyncio.get_running_loop().create_future()


async def cancels_its_task(after):
    asyncio.current_task().cancel()
    await asyncio.sleep(1)


async def awaits_what_was_cancelled(_):
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


WAITS = {
    "never ends": never_ends,
    "cancels its task": cancels_its_task,
    "awaits what was cancelled": awaits_what_was_cancelled,
}
WRAPS = {"task": asyncio.ensure_future, "reply": Reply}


def gather(stage, step):
    options = dict(step["options"])
    order, cancel = (options.pop(name, None) for name in ("order", "cancel"))
    calls, seen = Calls(step["calls"], stage.clock), {}
    order = range(len(calls.made)) if order is None else order
    given = [calls.made[number] for number in order]
    given = iter(given) if options.pop("as_iterator", False) else given

    async def main():
        try:
            if cancel is None:
                return await stage.module.gather_partial(given, **options)
            task = asyncio.ensure_future(stage.module.gather_partial(given, **options))
            task.add_done_callback(lambda _: seen.update(notes=sorted(calls.notes)))
            await asyncio.sleep(cancel)
            task.cancel()
            return (await asyncio.gather(task, return_exceptions=True))[0]
        finally:
            seen.setdefault("notes", sorted(calls.notes))
            seen.update(seconds=calls.since(), left=len(asyncio.all_tasks()) - 1)

    try:
        found = run(main(), stage.clock)
    except BaseException as error:
        found = error
    seen.update(peak=calls.flight.peak, made=calls.times)
    own = [calls.own[number] for number in order]
    seen["results"] = shown(found, own, stage.module)
    return [seen[what] for what in step["look"]]


def shown(found, own, module):
    if isinstance(found, BaseException):
        return "an own error" if any(found is error for error in own) else Raised.of(found)
    entries = []
    for result, mine in zip(found.results, own):
        if type(result) is module.Ok:
            entries.append(["Ok", result.value, result.value is mine])
        else:
            error = result.error
            entries.append(["Failed", "its own error" if error is mine else Raised.of(error)])
    return [*entries, len(found.results)]


ASKS = {"report": report, "require": require, "meet": meet, "gather": gather}
