"""The parts of the interleaver, one by one; where it can be, without a tracer."""

from __future__ import annotations

import _thread
import contextlib
import email
import queue
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any, Self

import pytest

from grader.testkit.calls import Mismatch
from grader.testkit.threads.actor import Actor
from grader.testkit.threads.control import Control, ControlledLock, controlled
from grader.testkit.threads.places import Place
from grader.testkit.threads.plans import Plan, RandomPlan, SwitchPlan
from grader.testkit.threads.schedule import Run, Schedule
from grader.testkit.threads.settrace import SettraceTracer
from grader.testkit.threads.steps import Step, owner_of, sharing_steps
from grader.testkit.threads.story import Story
from grader.testkit.threads.tracer import tracer

Operation = Callable[[Any], object]


class NoTracer:
    """Follows nobody: the operations of these tests take their steps themselves."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def follow(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


@pytest.fixture
def control() -> Iterator[Control]:
    with controlled() as control:
        yield control


Perform = Callable[..., list[Any]]


@pytest.fixture
def perform(control: Control) -> Perform:
    """Give what runs operations with switches at chosen steps, and returns what they returned."""

    def perform(
        make: Callable[[], Any],
        *operations: Operation,
        points: Sequence[int] = (),
        plan: Plan | None = None,
    ) -> list[Any]:
        found: list[Any] = []
        named = list(zip("ABC", operations, strict=False))
        schedule = Schedule(control, plan or SwitchPlan(points), named)
        schedule.perform(NoTracer(), make, lambda run: found.extend(run.returned))
        return found

    return perform


def step(control: Control) -> None:
    """Take a step, as a tracer would report it."""
    actor = control.here()
    assert actor is not None
    control.scheduler.step(actor)


def test_a_switch_comes_before_the_chosen_step(control: Control, perform: Perform) -> None:
    done: list[str] = []

    def work(name: str) -> Operation:
        def work(_: object) -> None:
            for number in (1, 2):
                step(control)
                done.append(f"{name}{number}")

        return work

    perform(dict, work("a"), work("b"), points=(2,))
    perform(dict, work("c"), work("d"), points=(2, 2))

    assert done == ["a1", "b1", "b2", "a2", "c1", "d1", "c2", "d2"]


def test_dice_let_every_thread_run_to_its_end(control: Control, perform: Perform) -> None:
    def work(_: object) -> str:
        for _number in range(20):
            step(control)
        return "done"

    plan = RandomPlan(random.Random(1))  # noqa: S311  # a schedule, not a secret

    assert perform(dict, work, work, work, plan=plan) == ["done"] * 3


def test_who_waits_for_a_lock_goes_on_when_it_is_free(control: Control, perform: Perform) -> None:
    done: list[str] = []

    def first(lock: Any) -> None:
        with lock:
            step(control)
            done.append("first")

    def second(lock: Any) -> None:
        with lock:
            done.append("second")

    perform(threading.Lock, first, second, points=(1,))

    assert done == ["first", "second"]


def test_a_timeout_ends_a_wait_when_nobody_can_run(perform: Perform) -> None:
    def wait(lock: Any) -> tuple[bool, bool, bool]:
        return lock.acquire(timeout=60), lock.acquire(timeout=60), lock.acquire(blocking=False)

    found = perform(threading.Lock, wait)

    assert found == [(True, False, False)]


def test_long_timeouts_of_conditions_queues_and_barriers_cost_no_time(perform: Perform) -> None:
    def wait(_: object) -> list[bool]:
        condition, barrier = threading.Condition(), threading.Barrier(2)
        with condition:
            found = [condition.wait_for(lambda: False, timeout=3600)]
        with pytest.raises(queue.Empty):
            queue.Queue[int]().get(timeout=3600)
        with pytest.raises(threading.BrokenBarrierError):
            barrier.wait(timeout=3600)
        return found

    assert perform(dict, wait) == [[False]]


def test_who_tries_again_and_again_lets_the_owner_go_on(control: Control, perform: Perform) -> None:
    def hold(lock: Any) -> None:
        with lock:
            step(control)

    def try_again(lock: Any) -> int:
        tries = 1
        while not lock.acquire(blocking=False):
            time.sleep(1)
            tries += 1
        return tries

    assert perform(threading.Lock, hold, try_again, points=(1,)) == [None, 2]


@pytest.mark.parametrize("arguments", [(False, 1), (True, -2)])
def test_a_lock_refuses_senseless_arguments(arguments: tuple[bool, int], perform: Perform) -> None:
    with pytest.raises(ValueError, match="timeout"):
        perform(threading.Lock, lambda lock: lock.acquire(*arguments))


def test_a_started_thread_runs_and_is_joined(perform: Perform) -> None:
    def work(done: list[str]) -> list[str]:
        worker = threading.Thread(target=done.append, args=("worked",))
        worker.start()
        worker.join()
        return done

    assert perform(list, work) == [["worked"]]


def test_a_join_ends_at_its_timeout(perform: Perform) -> None:
    def work(lock: Any) -> bool:
        lock.acquire()
        worker = threading.Thread(target=lock.acquire, daemon=True)
        worker.start()
        worker.join(timeout=1)
        return worker.is_alive()

    assert perform(threading.Lock, work) == [True]


def test_starting_a_thread_twice_is_its_error(perform: Perform) -> None:
    def twice(_: object) -> None:
        worker = threading.Thread(target=int)
        worker.start()
        worker.join()
        worker.start()

    with pytest.raises(RuntimeError, match="threads can only be started once"):
        perform(dict, twice)


def test_a_deadlock_is_a_verdict(control: Control, perform: Perform) -> None:
    def take(first: str, second: str) -> Operation:
        def take(locks: Any) -> None:
            with locks[first]:
                step(control)
                with locks[second]:
                    pass

        return take

    def make() -> dict[str, Any]:
        locks: dict[str, Any] = {"left": threading.Lock(), "right": threading.Lock()}
        for name, lock in locks.items():
            lock.label = name
        return locks

    with pytest.raises(Mismatch) as raised:
        perform(make, take("left", "right"), take("right", "left"), points=(1,))

    assert "A waits for right, which B has; B waits for left, which A has" in str(raised.value)


def test_what_waits_without_a_lock_is_told_too(perform: Perform) -> None:
    def wait(_: object) -> None:
        threading.Event().wait()

    with pytest.raises(Mismatch, match="Found      all wait for ever: A waits for a lock"):
        perform(dict, wait)


def test_a_thread_without_end_is_a_verdict(control: Control, perform: Perform) -> None:
    def go_on(_: object) -> None:
        while True:
            step(control)

    with pytest.raises(Mismatch, match="Found      thread A goes on for ever"):
        perform(dict, go_on, lambda _: None)


def test_a_wait_for_something_outside_lets_others_run(control: Control, perform: Perform) -> None:
    real = _thread.allocate_lock()

    def hold(_: object) -> None:
        real.acquire()
        step(control)
        real.release()

    def wait(_: object) -> str:
        real.acquire()
        step(control)
        return "had it"

    assert perform(dict, hold, wait, points=(1,)) == [None, "had it"]


def test_outside_of_a_schedule_everything_is_as_always(control: Control) -> None:
    lock, done = threading.Lock(), threading.Event()
    with lock:
        worker = threading.Thread(target=done.set)
        worker.start()
        worker.join()
    time.sleep(0)

    assert done.is_set()


# --- Steps and stories ------------------------------------------------------------------------

TOTAL = 7


class Thing:
    """Something that a story tells of."""

    __slots__ = ("__dict__", "slot")
    shared = "of the class"

    def __init__(self) -> None:
        self.value = 1
        self.items = ["first"]
        self.counts = {"a": 3}
        self.slot = 2
        self.lock: object = None


def told(function: Callable[..., object], *arguments: object, **names: object) -> list[str]:
    """Return what a story tells of one call of ``function``."""
    story, actor = Story(), Actor("A")
    story.name(names)

    def on_step(frame: FrameType, step: Step) -> None:
        story.settle(actor)
        actor.line = frame.f_lineno - function.__code__.co_firstlineno
        story.foresee(actor, frame, step)

    with tracer(owner_of(sys.modules[__name__]), on_step) as following, following.follow():
        function(*arguments)
    story.settle(actor)
    return [" ".join(line.split()[3:]) for line in story.text().splitlines()[1:]]


def test_a_story_reads_attributes_slots_items_and_globals() -> None:
    def read(thing: Thing) -> None:
        name = "a"
        _ = thing.value, thing.slot, thing.shared, thing.counts["a"], thing.counts[name]
        _ = thing.items[0], TOTAL

    assert told(read, Thing()) == [
        "reads thing.value: 1",
        "reads thing.slot: 2",
        "reads thing.shared: 'of the class'",
        "reads thing.counts: {'a': 3}",
        "reads thing.counts['a']: 3",
        "reads thing.counts: {'a': 3}",
        "reads thing.counts['a']: 3",
        "reads thing.items: ['first']",
        "reads thing.items[0]: 'first'",
        "reads TOTAL: 7",
    ]


def test_a_story_tells_what_is_written_once_it_is() -> None:
    def write(thing: Thing) -> None:
        thing.value += 1
        thing.counts["a"] = 4
        thing.slot = 5

    assert told(write, thing := Thing(), it=thing) == [
        "reads it.value: 1",
        "writes it.value: 2",
        "reads it.counts: {'a': 3}",
        "writes it.counts['a']: 4",
        "writes it.slot: 5",
    ]


def test_a_story_leaves_out_what_it_cannot_show() -> None:
    def read(thing: Thing) -> None:
        with contextlib.suppress(AttributeError, KeyError, IndexError):
            _ = thing.missing  # type: ignore[attr-defined]
        with contextlib.suppress(KeyError):
            _ = thing.counts["b"]
        with contextlib.suppress(IndexError):
            _ = thing.items[9]
        _ = (thing.lock or thing).value  # type: ignore[attr-defined]
        _ = "text"[0]

    assert [line for line in told(read, Thing()) if "counts:" not in line] == [
        "reads thing.items: ['first']",
        "reads thing.lock: None",
    ]


@pytest.mark.parametrize("make", [ControlledLock, threading.RLock, threading.Condition])
def test_a_lock_is_called_what_the_solution_calls_it(
    make: Callable[[], Any], control: Control
) -> None:
    thing = Thing()
    thing.lock = threading.Lock() if make is ControlledLock else make()

    def read(thing: Thing) -> None:
        _ = thing.lock

    told(read, thing, account=thing)
    told(read, thing, another=thing)

    inner: Any = thing.lock
    while not isinstance(inner, ControlledLock):
        inner = getattr(inner, "_block", None) or inner._lock
    assert inner.label == "account.lock"


def test_a_long_story_is_cut_around_its_first_stop() -> None:
    story, actor = Story(), Actor("A")
    for number in range(40):
        actor.line = number
        story.note(actor, f"event {number}", is_stop=number == 20)
    story.note(Actor("main"), "is not told")

    lines = story.text().splitlines()

    assert lines[1] == lines[-1] == "  …"
    assert lines[2] == "  A  line 15  event 15"
    assert lines[-2] == "  A  line 32  event 32"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="not used from 3.12 on")
def test_the_settrace_tracer_gives_the_steps_of_files_that_are_ours() -> None:
    seen = []

    def work(thing: Thing) -> None:
        local = thing.value
        thing.value = local

    with (
        SettraceTracer(
            owner_of(sys.modules[__name__]), lambda frame, found: seen.append(found.opname)
        ) as following,
        following.follow(),
    ):
        work(thing := Thing())

    assert "STORE_ATTR" in seen
    assert thing.value == 1


def test_only_what_is_shared_is_a_step() -> None:
    def work(thing: Thing) -> object:
        local = [thing.value, 2]
        local += thing.items  # type: ignore[arg-type]
        thing.items.append(str(TOTAL))
        return Thing, len(local)

    steps = [step.opname for step in sharing_steps(work.__code__, globals()).values()]

    assert "LOAD_ATTR" in steps
    assert "BINARY_OP" in steps
    assert [name for name in steps if "FAST" in name or "METHOD" in name] == []
    reads = sharing_steps(work.__code__, globals()).values()
    assert [step.place for step in reads if step.opname == "LOAD_GLOBAL"] == [Place(("TOTAL",))]


def test_a_package_owns_the_files_in_its_folder() -> None:
    owns = owner_of(email)

    assert owns(str(email.__file__))
    assert owns(str(email.__file__).replace("__init__", "message"))
    assert not owns(__file__)


def test_a_run_starts_empty() -> None:
    assert Run() == Run(None, [], set())
