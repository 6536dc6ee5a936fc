"""Questions about p12 · Retry with exponential backoff."""

import asyncio
import builtins
import functools
import inspect
import itertools
import random
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from grader.testkit.clock import run, virtual_time
from grader.testkit.liveness import Rendezvous
from grader.testkit.probe import Raised, anew, answers, attempt, step, words

SYNC, ASYNC = BOTH = ("def", "async def")
SEVERAL = ["ConnectionError", "TimeoutError"]
LISTED = [*SEVERAL, "ConnectionResetError", "BrokenPipeError"]
INTERRUPTS = ["KeyboardInterrupt", "SystemExit", "CancelledError"]
NAMES = [*LISTED, *INTERRUPTS, "KeyError", "ValueError", "BaseException"]
CLASSES = {name: getattr(builtins, name, asyncio.CancelledError) for name in NAMES}
# One attempt more than a call needs, and too few for two calls together.
FAILS, OWN = 4, {"attempts": 6, "base": 1.0}
# What is asked otherwise than by a Call, for both kinds of function and for one.
OF_BOTH = (
    ("keeps-face", "face", "names, docstring and signature of a decorated `{kind} {page}`"),
    ("coroutines", "is_coroutine_function", "iscoroutinefunction of a decorated `{kind}`"),
    ("jitter", "limits", "`{kind}` with full jitter: is a wait above its delay, by number"),
    ("on-retry", "told_jitter", "`{kind}`, full jitter: how far from the wait what is told is"),
)
OF_ONE = (
    ("attempts", "arguments", "the arguments of each attempt of fetch('{page}', func=…, self=…)"),
    ("keeps-face", "method", "is the first argument of a decorated method its owner; the second"),
    ("coroutines", "ticks", "when a task that sleeps {base} s thrice goes on, beside a long wait"),
    ("ends-at-once", "cancelled", "a wait, an attempt, cancelled: is it, when, how many attempts"),
    ("own-state", "one_decorator", "two functions with one decorator, three calls; alike waits"),
    ("own-state", "calls_itself", "a function that calls itself, 4 failures, attempts=6 each"),
    ("own-state", "tasks", "three calls in one gather, 4 failures, attempts=6 each"),
    ("own-state", "threads", "two threads that meet in each attempt, do they; 4 failures each"),
    ("jitter", "thirds", "in which thirds of {long} s lie 80 waits with full jitter"),
    ("jitter", "draws", "after one seed: how many of 2 + 2 calls' waits differ; random.getstate"),
    ("deadline", "jittered_deadline", "{long} s, full jitter, deadline a bit less: does it wait"),
)


def steps(rng):
    base, factor, fails = rng.randrange(1, 9) / 4, rng.randrange(3, 9) / 2, rng.randrange(2, 5)
    cap, page = base * (factor**2 + factor**3) / 2, words(rng, 1)[0]
    one, other = rng.choice(SEVERAL), rng.choice(["KeyError", "ValueError"])
    data = {"base": base, "factor": factor, "page": page, "long": rng.randrange(1, 99) / 4}
    data |= {"names": words(rng, 3), "seed": rng.randrange(999)}
    for kind, rows in ((SYNC, OF_BOTH), (ASYNC, OF_BOTH), (SYNC, OF_ONE)):
        for behaviour, ask, asked in rows:
            asked = asked.format(kind=kind, **data)
            yield step(behaviour, asked, ask=ask, kind=kind, **data)

    def many(count):
        return [rng.choice(LISTED) for _ in range(count)]

    growths = [base, factor, cap], [cap + 1, factor, cap], [base, 1.0, cap], [base, factor, 1e9]
    growths += [0.0, factor, cap], [base, factor, 0.0]
    for growth, first in itertools.product(growths, (0, 2000)):
        asked = f"the delays from n = {first} on of backoff_delays(*{growth})"
        yield step("delays", asked, growth=growth, first=first)
    for result in ([], None, False, 0, "", {"page": page}):
        endings = [*many(rng.choice([0, fails])), result]
        yield _call("attempts", ["result", "count"], endings, attempts=fails + 2)
    for options in ({"attempts": fails}, {"attempts": 1}, {}):
        yield _call("attempts", ["count"], [one], **options)
    grows = {"attempts": 9, "base": base, "factor": factor}
    yield _call("waits", ["moments"], [*many(4), page], **grows, cap=cap)
    yield _call("waits", ["moments"], [*many(3), page], **grows)
    yield _call("waits", ["moments"], [*many(12), page], attempts=20)
    yield _call("waits", ["seconds after the last"], many(fails), attempts=fails, base=base)
    huge = {"attempts": 300, "base": base, "factor": 1e60 * factor}
    yield _call("waits", ["result"], [*many(12), page], **huge)
    bad = [("attempts", 0), ("attempts", -fails), ("base", -base), ("cap", -base)]
    bad += [("jitter", page), ("jitter", None), ("deadline", 0.0), ("deadline", -base)]
    for option, value in [*bad, ("factor", rng.randrange(99) / 100)]:
        asked = f"retry({option}={value!r})(fetch)"
        yield step("bad-options", asked, ask="bad_options", options={option: value})
    small = {"attempts": 1, "base": 0.0, "factor": 1.0, "cap": 0.0, "deadline": base}
    yield _call("bad-options", ["result"], [page], **small)
    yield _call("bad-options", ["result"], [one, page], base=cap + 1, cap=cap)
    for count in (1, fails):
        yield _call("raises", ["error", "traceback"], many(count), attempts=count, base=base)
    for endings in ([other], [*rng.choices(SEVERAL, k=fails), other]):
        look = ["error", "count", "seconds after the last"]
        yield _call("raises", look, endings, attempts=9, base=base, retry_on=SEVERAL)
    yield _call("raises", ["count", "result"], [*LISTED, page], attempts=9, retry_on=SEVERAL)
    look, steady = ["moments", "end", "result"], {"attempts": 9, "base": base, "factor": 1.0}
    limited = {**steady, "attempts": fails}
    yield _call("coroutines", look, [*many(fails), page], ASYNC, **steady)
    yield _call("coroutines", look, many(fails), ASYNC, **limited)
    yield _call("coroutines", look, [one, other], ASYNC, **steady, retry_on=SEVERAL)
    for kind in BOTH:
        for error in INTERRUPTS:
            yield _call("ends-at-once", ["count", "error"], [one, error], kind, attempts=5)
            covered = {"attempts": 5, "retry_on": ["BaseException"]}
            yield _call("ends-at-once", ["count", "error"], [error], kind, **covered)
        late, look = {**steady, "deadline": (fails + 0.5) * base}, ["moments", "end", "error"]
        slow = {"seconds": rng.randrange(1, 4) * base, **steady, "deadline": 9.5 * base}
        yield _call("deadline", look, many(9), kind, **late, idle=100.0)
        yield _call("deadline", look, many(9), kind, **slow)
        yield _call("deadline", ["result"], [page], kind, seconds=2 * base, deadline=base)
        for wall in (-3600, 3600):
            yield _call("deadline", ["moments"], [one], kind, wall=wall, **late)
        yield _call("on-retry", ["told"], [*many(fails), page], kind, **steady)
        yield _call("on-retry", ["told", "count"], many(fails), kind, **limited)
        yield _call("on-retry", ["told"], [one, other], kind, **steady, retry_on=SEVERAL)
        yield _call("on-retry", ["told"], many(9), kind, **late)


def _call(behaviour, look, endings, kind=SYNC, seconds=0.0, wall=0, idle=0.0, **options):
    """Ask what is seen of one call; an ending that names an error is raised."""
    told = endings if len(endings) < 6 else [*endings[:2], "…", *endings[-1:]]
    asked = f"{', '.join(look)}; attempts of a `{kind}` end in {', '.join(map(str, told))}"
    asked += f" after {seconds} s" * bool(seconds) + f", wall clock set by {wall} s" * bool(wall)
    asked += f"; retry({', '.join(f'{name}={value}' for name, value in options.items())})"
    asked += f", {idle} s before the call" * bool(idle)
    settings = {"kind": kind, "seconds": seconds, "wall": wall, "idle": idle, **options}
    return step(behaviour, asked, ask="call", look=look, endings=endings, settings=settings)


def observe(solution, steps):
    with virtual_time() as clock:
        return answers(Stage(solution, clock), steps, ASKS)


class Stage:
    """The solution, run anew where its imports get virtual time, and what is asked of it."""

    def __init__(self, solution, clock):
        self.solution, self.clock = solution, clock
        self.run_anew()

    def run_anew(self):
        module = anew(self.solution)
        self.retry, self.backoff_delays = module.retry, module.backoff_delays

    def since(self, began):
        return round(self.clock.now - began, 6)

    def call(self, step):
        made = Call(self, step["endings"], **step["settings"])
        return [made.seen(look) for look in step["look"]]

    def delays(self, step):
        first = step["first"]
        found = itertools.islice(self.backoff_delays(*step["growth"]), first, first + 6)
        return [round(delay, 6) for delay in found]

    def bad_options(self, step):
        self.retry(**step["options"])(finish)

    def arguments(self, step):
        found = []

        @self.retry()
        def fetch(*args, **kwargs):
            found.append((args, dict(kwargs)))
            raise ConnectionError

        names = ("attempts", "base", "deadline", "func", "self", "args", "kwargs", "delay", "f")
        attempt(fetch, step["page"], **dict.fromkeys(names, step["seed"]))
        return found

    def face(self, step):
        names, name, number = {}, step["page"], step["seed"]
        source = f"{step['kind']} {name}(path, *, limit: int = {number}): 'A page.'"
        exec(source, {"__name__": "shop"}, names)
        decorated = self.retry()(names[name])
        kept = ("__name__", "__qualname__", "__module__", "__doc__")
        return [getattr(decorated, each, None) for each in kept], str(inspect.signature(decorated))

    def method(self, step):
        class Shop:
            @self.retry()
            def fetch(self, path):
                return self is shop, path

        shop = Shop()
        return shop.fetch(step["page"])

    def is_coroutine_function(self, step):
        function = finish_async if step["kind"] == ASYNC else finish
        return inspect.iscoroutinefunction(self.retry()(function))

    def ticks(self, step):
        found, began = [], self.clock.now
        fails = self.retry(attempts=2, base=4 * step["base"])(finish_async)

        async def tick():
            for _ in range(3):
                await asyncio.sleep(step["base"])
                found.append(self.since(began))

        async def main():
            await asyncio.gather(tick(), fails(KeyError()), return_exceptions=True)

        run(main(), self.clock)
        return found

    def cancelled(self, step, during=None):
        if during is None:
            return [self.cancelled(step, during) for during in ("a wait", "an attempt")]
        attempts, seconds = [], step["base"]

        @self.retry(base=8 * seconds)
        async def fetch():
            attempts.append(None)
            if during == "a wait":
                raise ConnectionError
            await asyncio.sleep(8 * seconds)

        async def main():
            began, task = self.clock.now, asyncio.ensure_future(fetch())
            await asyncio.sleep(seconds)
            task.cancel()
            await asyncio.wait({task})
            return task.cancelled(), self.since(began), len(attempts)

        return run(main(), self.clock)

    def one_decorator(self, step):
        """Call two functions in turn, the first one again; are its waits the same again?"""
        moments = {name: [] for name in step["names"]}
        decorate = self.retry(**OWN)
        first, second = (
            decorate(failing(lambda name, run: moments[name].append(self.clock.now))) for _ in "ab"
        )
        found = [attempt(f, name) for f, name in zip((first, second, first), step["names"])]
        waits = [gaps(each) for each in moments.values()]
        return found, waits[0] == waits[1] == waits[2]

    def calls_itself(self, step):
        outer, inner, _ = step["names"]
        found = []

        def during(name, run):
            if (name, run) == (outer, 1):
                found.append(attempt(fetch, inner))

        fetch = self.retry(**OWN)(failing(during))
        return [attempt(fetch, outer), *found]

    def tasks(self, step):
        body = failing()

        @self.retry(**OWN)
        async def fetch(name):
            await asyncio.sleep(0.25)
            return body(name)

        async def main():
            return await asyncio.gather(*map(fetch, step["names"]))

        return run(main(), self.clock)

    def threads(self, step):
        meeting = Rendezvous(2, patience=1.5)
        # Hardly any waits: beside a thread that is at work they take real time.
        fetch = self.retry(attempts=6, base=1e-9)(failing(lambda name, run: meeting.meet()))
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(functools.partial(attempt, fetch), step["names"][:2]))
        return found, meeting.is_met

    def jittered(self, step, count, **options):
        """Make a call that fails so often, with full jitter; by default on the same delay."""
        options = {"base": step["long"], "factor": 1.0, "cap": 1e9, "jitter": "full", **options}
        return Call(self, [*["TimeoutError"] * count, "page"], attempts=count + 2, **options)

    def limits(self, step):
        base, factor, kind = step["base"], 4 * step["factor"], step["kind"]
        allowed = [base, base * factor, cap := 1.5 * base * factor, cap]
        options = {"base": base, "factor": factor, "cap": cap, "kind": kind}
        calls = [self.jittered(step, 4, **options).waits for _ in range(7 if kind == SYNC else 2)]
        return [any(w > 1.001 * most for w in waits) for *waits, most in zip(*calls, allowed)]

    def thirds(self, step):
        # That a third gets none of so many has a chance of 1e-14; what is rounded up stays below.
        return sorted({int(0.999 * w // (step["long"] / 3)) for w in self.jittered(step, 80).waits})

    def draws(self, step):
        found, kept = [], []
        for _ in range(2):
            random.seed(step["seed"])
            before, began = random.getstate(), self.clock.now
            self.run_anew()
            found += [tuple(self.jittered(step, 6).waits) for _ in range(2)]
            kept.append(random.getstate() == before)
            self.clock.advance(began - self.clock.now)
        return len(set(found)), kept

    def jittered_deadline(self, step):
        # That a draw is too long has a chance of 1e-7, that all four are of 1e-28.
        deadline = step["long"] * (1 - 1e-7)
        return any(self.jittered(step, 1, deadline=deadline).waits for _ in range(4))

    def told_jitter(self, step):
        made = self.jittered(step, 4, kind=step["kind"])
        told = [delay for _, _, delay, _ in made.told]
        return [abs(round(delay - wait, 4)) for delay, wait in zip(told, made.waits, strict=True)]


class Call:
    """One call of a decorated ``fetch``, whose attempts end as told, at last always alike."""

    def __init__(self, stage, endings, kind=SYNC, seconds=0.0, wall=0, idle=0.0, **options):
        self.stage, self.seconds, self.wall = stage, seconds, wall
        self.endings = [CLASSES[e]("down") if str(e) in CLASSES else e for e in endings]
        self.moments, self.told, self.result, self.error = [], [], None, None
        if "retry_on" in options:
            options["retry_on"] = tuple(CLASSES[name] for name in options["retry_on"])
        decorate = stage.retry(**options, on_retry=self.on_retry)
        decorated = decorate(self.fetch if kind == SYNC else self.fetch_async)
        begin = decorated if kind == SYNC else functools.partial(run, decorated(), stage.clock)
        stage.clock.advance(idle)
        self.began = stage.clock.now
        try:
            self.result = begin()
        except BaseException as error:
            self.error = error
        self.end, self.waits = stage.since(self.began), gaps(self.moments)
        self.count = len(self.moments)
        self.seconds_after_the_last = round(self.end - max([0, *self.moments]), 6)

    def fetch(self):
        ending = self.begin()
        self.stage.clock.advance(self.seconds)
        return finish(ending)

    async def fetch_async(self):
        ending = self.begin()
        await asyncio.sleep(self.seconds)
        return finish(ending)

    def begin(self):
        self.moments.append(self.stage.since(self.began))
        self.stage.clock.step_wall(self.wall)
        return self.endings[min(len(self.moments), len(self.endings)) - 1]

    def on_retry(self, attempt, error, delay):
        moment = self.stage.since(self.began)
        self.told.append((attempt, self.whose(error), round(delay, 6), moment))

    def whose(self, value):
        """Return which of the endings, from 1, this very object is."""
        return next((n for n, mine in enumerate(self.endings, 1) if mine is value), "none of them")

    def seen(self, look):
        if look == "traceback":
            return "fetch" in [f.name for f in traceback.extract_tb(self.error.__traceback__)]
        if look not in ("result", "error"):
            return getattr(self, look.replace(" ", "_"))
        if self.error is not None:
            return Raised.of(self.error), self.whose(self.error)
        return self.result, self.whose(self.result)


def gaps(moments):
    return [round(b - a, 6) for a, b in itertools.pairwise(moments)]


def finish(ending):
    if isinstance(ending, BaseException):
        raise ending
    return ending


async def finish_async(ending):
    return finish(ending)


def failing(during=lambda name, run: None):
    """Return a function that fails FAILS times for each name, then returns the name."""
    runs = Counter()

    def fetch(name):
        runs[name] += 1
        during(name, runs[name])
        if runs[name] <= FAILS:
            raise ConnectionError(name)
        return name

    return fetch


ASKS = vars(Stage)
