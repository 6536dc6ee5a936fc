"""Questions about p13 · Race condition: simulate and fix."""

import asyncio
import builtins
import functools
import itertools
import random
import threading
import time
from contextlib import nullcontext, suppress
from types import SimpleNamespace
from unittest import mock

from grader.testkit.calls import Mismatch
from grader.testkit.clock import VirtualClock, run
from grader.testkit.probe import Raised, anew, attempt, step
from grader.testkit.threads import ControlledThreads
from grader.testkit.threads.control import controlled
from grader.testkit.threads.plans import SwitchPlan
from grader.testkit.threads.schedule import Schedule

NAMES = "ABCD"
# Seconds of virtual time: how long who stands in a store does so, how long others wait for it.
STAND, PATIENCE = 0.01, 60
# Dice by which a flag shows that is read before it is set, and a sleep that orders nothing.
FLAG_DICE = (61, 164, 237, 245, 276, 567, 571, 582)
SLEEP_DICE = (2, 3, 4, 6, 7, 8, 9, 10, 13, 15)
UNSAFE = ("no lock", "a Lock around the write", "a new Lock for each call")
SAFE = ("a Condition", "a Lock and a second look", "a Lock", "an RLock", "a Lock of its class")


def steps(rng):
    x, y, z = rng.sample(range(1, 40), 3)
    held, much = rng.randrange(100, 500), rng.randrange(500, 900)
    two, four = {"a": held, "b": held + x}, dict.fromkeys("abcd", 900)
    ab, ba, of_both = f"transfer a b {x}", f"transfer b a {y}", ("total a b", "total b a")
    look, some = ["ends", "balances"], [ab, ba, *of_both, f"deposit a {z}", f"withdraw b {z}"]
    for remote in (False, True):
        kind = {"remote": remote}
        yield _scene("accounts", look, two, ", ".join(rng.sample(some, len(some))), **kind)
        yield _scene("accounts", look, two, f"withdraw a {held}", **kind)
        yield _scene("accounts", look, two, f"transfer a b {held}", **kind)
        yield _scene("accounts", look, four, "total, total b, total d a c b", **kind)
    for call in ("deposit a", "withdraw a", "transfer a b"):
        for amount in (0, -x, *([] if "deposit" in call else [held + x])):
            yield _scene("refusals", look, two, f"{call} {amount}")
            yield _scene("tasks-updates", look, two, f"{call} {amount}", tasks=True)
    dice = {"dice": rng.randrange(999)}
    sleepless = {"dice": rng.choice(SLEEP_DICE), "sleepless": True}
    yield _lost("shows-the-loss", "no lock", sleepless)
    yield _lost("shows-the-loss", rng.choice(UNSAFE), dice)
    for kind in UNSAFE:
        yield _lost("shows-the-loss", kind)
    plan = rng.choice([None, dice])
    for kind in (*SAFE[:2], rng.choice(SAFE[2:])):
        yield _lost("clears-the-safe", kind, plan)
    for place, first, second in (
        ("a._read", f"deposit a {x}", f"deposit a {y}"),
        ("a._read", f"deposit a {x}", f"withdraw a {y}"),
        ("a._read", f"withdraw a {z}", ab),
        ("b._read", ab, f"deposit b {z}"),
        ("b._read", ba, f"withdraw b {z}"),
    ):
        yield _scene("no-lost-update", ["balances"], two, first, f"await stand, {second}", at=place)
    flag = {"plan": {"dice": rng.choice(FLAG_DICE)}}
    yield _scene("no-lost-update", ["balances"], two, f"deposit a {x}", f"deposit a {y}", **flag)
    look = ["all ends", "balance of a", "sum"]
    for first, second in (("withdraw a", "withdraw a"), ("transfer a b", "transfer a c")):
        parts = f"{first} {much}", f"await stand, {second} {much}"
        yield _scene("no-overdraft", look, four, *parts, at="a._read")
    for other, look in ((ab, "ends"), (of_both[0], "how many ended")):
        parts = f"await stand, {ba}", f"await stand, {other}", f"deposit b {z}"
        yield _scene("no-deadlock", [look], two, *parts, at="b._write")
    for amount in (held, held + 1, x):
        yield _scene("no-deadlock", ["ends", "balances"], two, f"transfer a a {amount}")
    for total, method in itertools.product(of_both, ("_read", "_write")):
        yield _scene("whole-totals", ["ends"], two, ab, f"await stand, {total}", at=f"b.{method}")
    parts = "await stand, await quiet, total a b", f"await stand, {ab}", "total b"
    yield _scene("whole-totals", ["ends"], two, *parts, at="b._read")
    parts = ab, f"await stand, transfer c d {y}, go on"
    for place in (f"{name}.{rng.choice(['_read', '_write'])}" for name in "ab"):
        yield _scene("unrelated-overlap", ["in time"], four, *parts, at=place)
    parts = ab, f"await stand, transfer c a {y}", "await stand, await quiet, transfer d e 1, go on"
    five = {**four, "e": held}
    yield _scene("unrelated-overlap", ["in time", "ends"], five, *parts, at="a._write")
    uses = f"await A, deposit a {x}, deposit b {y}"
    for call in (f"withdraw a {held + x}", f"transfer a b {held + y}", "transfer a b 0"):
        yield _scene("free-after-failure", ["ends"], two, call, uses)
    fails = ("OSError", f"deposit b {x}"), ("KeyboardInterrupt", ab), ("OSError", "total a b")
    for error, call in fails:
        place = "b._read" if "total" in call else rng.choice(["b._read", "b._write"])
        yield _scene("free-after-failure", ["ends"], two, call, uses, at=place, error=error)

    scene = functools.partial(_scene, tasks=True, seed=rng.randrange(999))
    in_read, in_write = {"at": "a._read"}, {"at": "a._write"}
    updates = functools.partial(scene, "tasks-updates", ["all ends", "balances"], two)
    yield updates(f"deposit a {x}", f"withdraw a {y}", f"deposit a {z}")
    yield updates(f"deposit a {x}", f"await stand, withdraw a {y}", **in_read)
    yield updates(f"withdraw a {held - z}", f"await stand, withdraw a {held - z}", **in_read)
    for place in (in_read, in_write):
        yield updates(f"deposit a {x}", f"await stand, cancel A, await A, deposit a {y}", **place)
    yield updates(f"deposit a {x}", f"deposit a {y}", "await stand, give way, go on", **in_write)
    waits = f"await stand, deposit a {y}", f"await B, deposit a {z}"
    last = "await stand, give way, cancel B, await B, give way, go on"
    yield updates(f"deposit a {x}", *waits, last, **in_write)
    transfers = functools.partial(scene, "tasks-transfers")
    yield transfers(["balances"], two, ab, f"deposit b {z}", f"deposit a {z}")
    for name in "ab":
        deposit = f"await stand, deposit {name} {y}"
        yield transfers(["balances"], two, ab, deposit, at=f"{name}._read")
    opens = "await stand, give way, go on"
    for other in (ba, "total b a"):
        parts = f"deposit b {z}", f"await stand, {other}", f"await stand, {ab}", opens
        yield transfers(["balances"], two, *parts, at="b._write")
    yield transfers(["ends", "balances"], two, f"transfer a a {held}")
    for total in of_both:
        yield transfers(["ends"], two, ab, f"await stand, {total}", opens, at="b._write")
    parts = ab, f"await stand, transfer c d {y}, go on"
    yield transfers(["in time"], four, *parts, **in_write)


def _scene(behaviour, look, accounts, *parts, at=None, error=None, tasks=False, plan=None, **data):
    """Ask what threads or tasks do; who comes to the place ``at`` first stands there, or fails."""
    asked = f"{', '.join(look)}; {', '.join(f'{name}={held}' for name, held in accounts.items())}"
    asked += f"; who comes first {f'gets {error}' if error else 'stands'} in {at}" * bool(at)
    asked += "".join(f"; {'task' * tasks} {name}: {part}" for name, part in zip(NAMES, parts))
    data |= {"accounts": accounts, "parts": parts, "at": at, "error": error, "plan": plan}
    return step(behaviour, asked, ask="tasks" if tasks else "threads", look=look, **data)


def _lost(behaviour, kind, plan=None):
    asked = f"lost_update of an account with {kind}; switches by {plan or 'waiting only'}"
    return step(behaviour, asked, ask="lost", kind=kind, plan=plan, parts=["demonstrate"])


def observe(solution, steps):
    """Play in one schedule what stands together and has the same plan."""
    groups = itertools.groupby(steps, lambda step: (step["ask"], step["plan"]))
    return [answer for _, group in groups for answer in play(solution, list(group))]


def play(solution, steps):
    ask, plan, scenes = steps[0]["ask"], steps[0]["plan"] or {}, []
    sleeping = mock.patch.object(time, "sleep", lambda seconds: None)
    with controlled() as control, patient(), sleeping if "sleepless" in plan else nullcontext():
        # Run anew, where its threads and locks are under control.
        module = anew(solution)

        def make():
            scenes.extend(SCENES[ask](module, step) for step in steps)
            return threading.Barrier(count)

        count = 1 if ask == "tasks" else max(len(step["parts"]) for step in steps)
        parts = [functools.partial(perform, scenes, number) for number in range(count)]
        threads = ControlledThreads(control)
        # Nothing is checked while they run, hence bool.
        with suppress(Mismatch):
            if "dice" in plan:
                threads.shuffle(module, make, parts, bool, seeds=[plan["dice"]])
            elif ask == "lost":
                threads.in_turn(module, make, parts, bool)
            else:
                # In turn as well, but their steps are not followed, which is quicker.
                schedule = Schedule(control, SwitchPlan(()), list(zip(NAMES, parts)))
                schedule.perform(SimpleNamespace(follow=nullcontext), make, bool)
        return [attempt(scene.answer) for scene in scenes]


def patient():
    """Let whoever tries again and again to get a lock let others run, now and then."""
    tries = itertools.count(1)

    class Lock(threading.Lock):
        def acquire(self, blocking=True, timeout=-1):
            if next(tries) % 500 == 0:
                time.sleep(0)
            return super().acquire(blocking, timeout)

    return mock.patch.multiple(threading, Lock=Lock, _allocate_lock=Lock)


def perform(scenes, number, together):
    """Play one part of all the scenes, those of tasks in one loop."""
    if isinstance(scenes[0], Tasks):
        run(perform_tasks(scenes), VirtualClock())
        return
    for scene in scenes:
        together.wait()
        # Threads wait within, and so never suspend it.
        with suppress(StopIteration):
            scene.play(number).send(None)


async def perform_tasks(scenes):
    for scene in scenes:
        await scene.play_all()


class Lost:
    """A demonstration."""

    def __init__(self, solution, step):
        self.solution, self.kind, self.found = solution, step["kind"], "waits for ever"

    async def play(self, number):
        try:
            self.found = self.solution.lost_update(account_with(self.kind, self.solution.Store))
        except Exception as error:
            self.found = Raised.of(error)

    def answer(self):
        return self.found


def account_with(kind, store):
    """Return a class of accounts like those of the statement."""
    others = {"an RLock": threading.RLock, "a Condition": threading.Condition}
    make, shared = others.get(kind, threading.Lock), threading.Lock()

    class Account(store):
        def deposit(self, amount):
            self._write(self._read() + amount)

    class Guarded(Account):
        def __init__(self, balance):
            super().__init__(balance)
            self.guard = shared if kind == "a Lock of its class" else make()

        def deposit(self, amount):
            with threading.Lock() if kind == "a new Lock for each call" else self.guard:
                super().deposit(amount)

    class Late(Guarded):
        def deposit(self, amount):
            value = self._read()
            with self.guard:
                if kind == UNSAFE[1] or self._balance == value:
                    return self._write(value + amount)
            return self.deposit(amount)

    return {UNSAFE[0]: Account, UNSAFE[1]: Late, SAFE[1]: Late}.get(kind, Guarded)


class Threads:
    """Threads that work with accounts; who comes to one place first stands there, or fails."""

    make_event, suffix = threading.Event, ""

    def __init__(self, solution, step):
        self.solution, self.step, self.in_time, self.is_reached = solution, step, None, False
        self.parts = [[act.split() for act in part.split(", ")] for part in step["parts"]]
        self.error = step["error"] and getattr(builtins, step["error"])("the store has failed")
        self.rows = dict(step["accounts"]) if step.get("remote") else None
        self.dice, self.ends = random.Random(step.get("seed")), [[] for _ in self.parts]
        self.reached, self.goes_on, *self.done = (self.make_event() for _ in ["", "", *self.parts])
        if not self.suffix:
            self.prepare()

    def prepare(self):
        self.accounts = {name: self.account(name) for name in self.step["accounts"]}

    def account(self, name):
        scene = self

        class Account(self.solution.Account):
            def _read(self):
                value = super()._read() if scene.rows is None else scene.rows[name]
                scene.stop(name, "_read")
                return value

            def _write(self, value):
                scene.stop(name, "_write")
                if scene.rows is None:
                    super()._write(value)
                else:
                    scene.rows[name] = value

        return Account(0 if self.rows else self.step["accounts"][name])

    def stop(self, *place):
        if self.is_here(place):
            self.in_time = self.goes_on.wait(STAND)

    def is_here(self, place):
        """Tell whether who comes to this place has to stand there; raise the error, if any."""
        if ".".join(place) != self.step["at"] or self.is_reached:
            return False
        self.is_reached = True
        self.reached.set()
        if self.error is not None:
            raise self.error
        return True

    async def wait(self, event, seconds):
        return event.wait(seconds)

    async def play(self, number):
        for act in self.parts[number] if number < len(self.parts) else []:
            match act:
                case "await", "stand":
                    await self.wait(self.reached, PATIENCE)
                case "await", "quiet":
                    await self.wait(self.make_event(), STAND / 10)
                case "await", who:
                    await self.wait(self.done[NAMES.index(who)], PATIENCE)
                case "give", "way":
                    await turns(10)
                case "cancel", who:
                    self.tasks[NAMES.index(who)].cancel()
                case "go", "on":
                    self.goes_on.set()
                case name, *args:
                    self.ends[number].append(await self.end_of(name, args))
        if number < len(self.parts):
            self.done[number].set()

    async def end_of(self, name, args):
        """Perform an operation, and tell how it ended."""
        args = [self.accounts[arg] if arg in self.accounts else int(arg) for arg in args]
        owner = args.pop(0) if name in ("deposit", "withdraw") else None
        function = (
            getattr(self.solution, name + self.suffix) if owner is None else getattr(owner, name)
        )
        try:
            result = await function(*args) if self.suffix else function(*args)
        except (Exception, KeyboardInterrupt) as error:
            if error is self.error:
                return "the very error"
            is_refused = isinstance(error, self.solution.InsufficientFundsError)
            return "InsufficientFundsError" if is_refused else Raised.of(error).name
        return result if name == "total" else "done"

    def answer(self):
        is_over = all(event.is_set() for event in self.done)
        return [self.seen(look) for look in self.step["look"]] if is_over else "waits for ever"

    def seen(self, look):
        balances = self.rows or {name: account.balance for name, account in self.accounts.items()}
        return {
            "ends": self.ends,
            "how many ended": [len(ends) for ends in self.ends],
            "all ends": sorted(itertools.chain(*self.ends), key=str),
            "balances": balances,
            "balance of a": balances["a"],
            "sum": sum(balances.values()),
            "in time": (self.is_reached, self.in_time),
        }[look]


class Tasks(Threads):
    """The same with tasks; dice tell how often they give way in a store."""

    make_event, suffix = asyncio.Event, "_async"

    def account(self, name):
        scene = self

        class Account(self.solution.AsyncAccount):
            async def _read(self):
                value = await super()._read()
                await scene.stop(name, "_read")
                return value

            async def _write(self, value):
                await scene.stop(name, "_write")
                await super()._write(value)

        return Account(self.step["accounts"][name])

    async def stop(self, *place):
        await turns(self.dice.randrange(3))
        if self.is_here(place):
            self.in_time = await self.wait(self.goes_on, STAND)

    async def wait(self, event, seconds):
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
        return event.is_set()

    async def play_all(self):
        self.prepare()
        self.tasks = [asyncio.create_task(self.play(part)) for part in range(len(self.parts))]
        for number, task in enumerate(self.tasks):
            task.add_done_callback(lambda _, number=number: self.done[number].set())
        await asyncio.wait(self.tasks, timeout=2 * PATIENCE)
        for ends, task in zip(self.ends, self.tasks):
            ends += ["cancelled"] * task.cancelled()


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


SCENES = {"lost": Lost, "threads": Threads, "tasks": Tasks}
