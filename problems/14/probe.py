"""Questions about p14 · Thread-safe counter."""

import asyncio
import io
import itertools
import json
import threading
import time
from collections import Counter
from contextlib import nullcontext, suppress
from types import SimpleNamespace

from flask import Flask
from werkzeug.test import EnvironBuilder

from grader.answers import canonical, encode

from grader.testkit.calls import Mismatch
from grader.testkit.probe import Raised, anew, step, words
from grader.testkit.threads.control import controlled
from grader.testkit.threads.plans import SwitchPlan
from grader.testkit.threads.schedule import Schedule
from grader.testkit.threads.steps import owner_of
from grader.testkit.threads.tracer import tracer

FOR_EVER = "waits for ever"
ENVIRON = EnvironBuilder(method="POST", path="/counter").get_environ()


def steps(rng):
    x, y, z = rng.sample(range(2, 50), 3)
    first, second, third = words(rng, 3)
    safe, keyed = {"c": ["SafeCounter", z]}, {"c": ["KeyedCounter"]}

    some = [["increment"], ["increment", x], ["decrement"], ["decrement", y], ["increment", 0]]
    some += [["decrement", -y], ["increment", -z - x - y], ["value"]]
    for counters in ({"c": ["SafeCounter"]}, safe):
        yield _script("counts", counters, [["value"], *rng.sample(some, 8), ["value"]])

    yield _script("steps", safe, [["increment", x], ["reset"], ["value"], ["reset"], ["increment"]])
    calls = [["compare_and_set", big := 1000 + z, y], ["increment", 1000], ["value"]]
    calls += [["compare_and_set", big, y], ["value"], ["compare_and_set", y, y], ["value"]]
    yield _script("steps", safe, calls)
    calls = [*[["try_acquire", z + 2]] * 3, ["value"], ["try_acquire", z], ["value"]]
    yield _script("steps", safe, calls)

    two = {"c": ["SafeCounter", x], "d": ["SafeCounter", y]}
    calls = [["c", "increment"], ["d", "increment", z], ["c", "value"], ["d", "value"]]
    yield _script("independent", two, calls)
    two = {"c": ["KeyedCounter"], "d": ["KeyedCounter"]}
    calls = [["c", "increment", first], ["d", "increment", second], ["d", "increment", first]]
    yield _script("independent", two, [*calls, ["c", "snapshot"]])

    for n in (*rng.sample(["2", None, [1], {}], 2), rng.choice([2.0, 0.5])):
        calls = [["increment", n], ["decrement", n], ["value"]]
        yield _script("refuses", safe, calls, [["increment"], ["decrement", x]])
        calls = [["increment", first], ["increment", first, n], ["increment", second, n]]
        yield _script("refuses", keyed, [*calls, ["snapshot"]], [["increment", second]])

    increment, reset, snapshot = ["increment"], ["reset"], ["snapshot"]
    adds, drops = rng.sample([increment, ["increment", x], ["decrement", y]], 2)
    yield _at_once("increments", 99, [adds], [drops])
    yield _at_once("increments", 0, [increment], [increment], stops=2)
    yield _at_once("reset", x, [increment, reset], [["increment", y]])
    yield _at_once("compare", x, [["compare_and_set", x, z]], [["increment", y]])
    acquire = ["try_acquire", x + 1]
    yield _at_once("limit", x + 1, [acquire], [["value"]])
    yield _at_once("limit", x, [acquire], [["increment", y]])

    calls = [snapshot, ["increment", first, x], ["increment", first], ["increment", second, -y]]
    yield _script("keyed", keyed, [*calls, snapshot])
    count = [["increment", first]]
    for stops in (1, 2):
        yield _at_once("keyed", {}, count, count, stops=stops)
    calls = [["increment", first], ["keep"], ["increment", first], ["kept"], ["spoil"]]
    yield _script("snapshot", keyed, [*calls, snapshot])
    start, counts = {first: 1, second: 1}, [["increment", word] for word in (first, second, third)]
    yield _at_once("snapshot", start, [snapshot], counts)

    behaviour, start, *pair = rng.choice(
        [
            ("reset", x, [reset], [reset]),
            ("compare", x, [["compare_and_set", x, y]], [["compare_and_set", x, z]]),
            ("limit", x, [acquire], [acquire]),
            ("keyed", {first: x, second: y}, count, count),
            ("snapshot", start, counts, [snapshot]),
        ]
    )
    yield _at_once(behaviour, start, *pair)
    yield step("asyncio", f"three tasks in each of two loops, increment({x})", ask="loops", n=x)
    yield _at_once("asyncio", x, [increment], [increment], where="a loop")
    yield _at_once("flask", 0, [increment], [increment], where="a request")


def _script(behaviour, counters, calls, after=()):
    """Ask what calls return, and whether those ``after`` them, in another thread, end."""
    calls, after = ([c if c[0] in counters else ["c", *c] for c in some] for some in (calls, after))
    made = [
        f"{name} = {kind}({', '.join(map(str, args))})" for name, (kind, *args) in counters.items()
    ]
    asked = f"{', '.join(made)}; {_told(calls)}{'; another thread: ' * bool(after)}{_told(after)}"
    return step(behaviour, asked, ask="script", counters=counters, calls=calls, after=after)


def _at_once(behaviour, start, first, second, stops=1, where="a thread"):
    """Ask for outcomes that are not those of one call after the other, and for the last one."""
    told = [_told(["c", *call] for call in calls) for calls in (first, second)]
    asked = f"c holds {start}; {told[0]} stops before each step in turn, {told[1]} runs"
    asked += " up to its lock" * (stops == 2) + f", each in {where}; "
    asked += "[outcomes as of no order], [results, results, value] in order"
    data = {"start": start, "first": first, "second": second, "stops": stops, "where": where}
    return step(behaviour, asked, ask="at once", **data)


def _told(calls):
    texts = (f"{name}.{method}({', '.join(map(repr, args))})" for name, method, *args in calls)
    return ", ".join(text.replace(".value()", ".value") for text in texts)


def observe(solution, steps):
    groups = itertools.groupby(steps, lambda step: step["ask"])
    return [answer for ask, group in groups for answer in ASKS[ask](solution, list(group))]


def called(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return Raised.of(error)


def call(counter, method, *args):
    if method == "value":
        return counter.value
    result = getattr(counter, method)(*args)
    # A copy: what is counted later must not show.
    return dict(result) if isinstance(result, dict) else result


def in_turn(steps, solution, first, second):
    """Play each step in one thread, and then in another, without following what they do."""
    found = [FOR_EVER] * len(steps)
    with controlled() as control:
        stages = [SimpleNamespace(module=anew(solution), step=step) for step in steps]
        gate = threading.Lock()
        gate.acquire()

        def begin(_):
            for stage in stages:
                first(stage)
            gate.release()

        def go_on(_):
            gate.acquire()
            for number, stage in enumerate(stages):
                found[number] = second(stage)

        schedule = Schedule(control, SwitchPlan(()), [("A", begin), ("B", go_on)])
        # Nothing is checked while they run, hence bool; here and below.
        with suppress(Mismatch):
            schedule.perform(SimpleNamespace(follow=nullcontext), dict, bool)
    return found


def scripts(solution, steps):
    return in_turn(steps, solution, play, play_after)


def play(stage):
    counters, stage.found, kept = {}, [], {}
    stage.counters = counters
    for name, (kind, *args) in stage.step["counters"].items():
        counters[name] = getattr(stage.module, kind)(*args)
    for name, method, *args in stage.step["calls"]:
        match method:
            case "keep":
                kept = counters[name].snapshot()
            case "kept":
                stage.found.append(dict(kept))
            case "spoil":
                kept["spoiled"] = 1
            case _:
                stage.found.append(called(call, counters[name], method, *args))


def play_after(stage):
    for name, method, *args in stage.step["after"]:
        called(call, stage.counters[name], method, *args)
    return stage.found


def loops(solution, steps):
    return in_turn(steps, solution, count_in_loops, lambda stage: stage.found)


def count_in_loops(stage):
    counter, n = stage.module.SafeCounter(), stage.step["n"]

    async def count():
        await asyncio.sleep(0)
        return counter.increment(n)

    async def main():
        return await asyncio.gather(*(count() for _ in range(3)))

    stage.found = [asyncio.run(main()), asyncio.run(main()), counter.value]


def at_once(solution, steps):
    with controlled() as control:
        module = anew(solution)
        stage = Stage(module, control, steps)

        def make():
            control.on_lock = stage.on_lock

        schedule = Schedule(control, SwitchPlan(()), [("A", stage.first), ("B", stage.second)])
        with tracer(owner_of(module), stage.on_step) as following, suppress(Mismatch):
            schedule.perform(following, make, bool)
    return stage.answers


class Stage:
    """Two threads; the second comes in before each step of the first one in turn."""

    def __init__(self, module, control, steps):
        self.module, self.control, self.steps = module, control, steps
        self.answers, self.is_over = [FOR_EVER] * len(steps), False
        self.gates = self.go, self.back = threading.Lock(), threading.Lock()
        for gate in self.gates:
            gate.acquire()
        self.arm(0, 0)

    def arm(self, stop, stops):
        """Let A stop before a step, and B, for two stops, once it has a lock and used it."""
        self.taken, self.stops, self.are_two = Counter(), {"A": stop}, stops == 2
        self.has_stopped = False

    def on_step(self, frame, step):
        actor = self.control.here()
        if actor is None:
            return
        self.taken[actor.name] += 1
        is_due = self.taken[actor.name] == self.stops.get(actor.name)
        self.has_stopped |= is_due
        if is_due or self.taken[actor.name] % 500 == 0:
            # Lets others run as far as they can.
            time.sleep(0)

    def on_lock(self, actor, lock, verb):
        is_b_inside = self.has_stopped and actor.name == "B" and lock not in self.gates
        if self.are_two and is_b_inside:
            self.stops.setdefault("B", self.taken["B"] + 3)

    def first(self, _):
        with asyncio.Runner() as runner:
            for number, step in enumerate(self.steps):
                self.answers[number] = self.explore(step, runner)
        self.is_over = True
        self.go.release()

    def second(self, _):
        with asyncio.Runner() as runner:
            while self.go.acquire() and not self.is_over:
                self.found = self.played(self.step["second"], runner)
                self.back.release()

    def explore(self, step, runner):
        """Return outcomes that no order explains, and that of the second after the first."""
        start, surprises = step["start"], []
        expected = {canonical(encode(o)) for o in outcomes(start, step["first"], step["second"])}
        for number in itertools.count(1):
            self.step, self.counter = step, self.made(start)
            self.arm(number, step["stops"])
            self.go.release()
            first = self.played(step["first"], runner)
            self.back.acquire()
            is_last = not self.has_stopped
            self.arm(0, 0)
            held = called(call, self.counter, "value" if isinstance(start, int) else "snapshot")
            outcome = [first, self.found, held]
            if canonical(encode(outcome)) not in expected:
                surprises.append(outcome)
            if is_last:
                return surprises[:3], outcome

    def made(self, start):
        if isinstance(start, int):
            counter = self.module.SafeCounter()
            if start:
                counter.increment(start)
            return counter
        counter = self.module.KeyedCounter()
        for key, count in start.items():
            counter.increment(key, count)
        return counter

    def played(self, calls, runner):
        return [called(WAYS[self.step["where"]], runner, self.counter, *each) for each in calls]


def in_loop(runner, counter, *args):
    async def main():
        return call(counter, *args)

    return runner.run(main())


def in_request(runner, counter, *_):
    APP.config["counter"] = counter
    body = APP({**ENVIRON, "wsgi.input": io.BytesIO()}, lambda *_: None)
    return json.loads(b"".join(body))["value"]


APP = Flask(__name__)
APP.config["PROPAGATE_EXCEPTIONS"] = True


@APP.post("/counter")
def count():
    return {"value": APP.config["counter"].increment()}


def outcomes(held, first, second):
    """Yield what the calls return, and what is held then, for each order of them."""
    if not first and not second:
        yield [[], [], held]
    if first:
        result, then = after(held, *first[0])
        yield from ([[result, *a], b, end] for a, b, end in outcomes(then, first[1:], second))
    if second:
        result, then = after(held, *second[0])
        yield from ([a, [result, *b], end] for a, b, end in outcomes(then, first, second[1:]))


def after(held, method, *args):
    """Return what a call returns where this is held, and what is held then."""
    match method, args:
        case (("value" | "snapshot"), _):
            return held, held
        case "increment", (str() as key,):
            count = held.get(key, 0) + 1
            return count, {**held, key: count}
        case "increment", _:
            return held + sum(args or [1]), held + sum(args or [1])
        case "decrement", (n,):
            return held - n, held - n
        case "reset", _:
            return held, 0
        case "compare_and_set", (expected, new):
            return held == expected, new if held == expected else held
        case "try_acquire", (limit,):
            return held < limit, held + (held < limit)


WAYS = {
    "a thread": lambda _, counter, *args: call(counter, *args),
    "a loop": in_loop,
    "a request": in_request,
}
ASKS = {"script": scripts, "loops": loops, "at once": at_once}
