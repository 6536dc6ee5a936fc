"""One schedule, run: the threads, what each of them did, and the story if it was wrong."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from grader.testkit.calls import Mismatch, lines
from grader.testkit.threads.actor import Actor
from grader.testkit.threads.control import Control, ControlledLock
from grader.testkit.threads.plans import Plan
from grader.testkit.threads.scheduler import Deadlock, Endless, Scheduler
from grader.testkit.threads.steps import Step
from grader.testkit.threads.story import WIDTH, Story, owned
from grader.testkit.threads.tracer import Tracer
from grader.text import safe_repr

Operation = Callable[[Any], object]


@dataclass(slots=True)
class Run:
    """What a check sees: the object that the threads shared, and what each operation did."""

    state: Any = None
    # What each operation returned, in the order of the operations.
    returned: list[Any] = field(default_factory=list)
    # The names of the threads that had to wait for a lock: "A" is the first operation.
    waited: set[str] = field(default_factory=set)


Check = Callable[[Run], None]


@dataclass(slots=True)
class Part:
    """An operation, and how it ended."""

    name: str
    operation: Operation
    value: object = None
    error: Exception | None = None


class Schedule:
    """Runs operations side by side as a plan says, once."""

    def __init__(
        self, control: Control, plan: Plan, operations: Sequence[tuple[str, Operation]]
    ) -> None:
        self._control = control
        self._plan = plan
        self._parts = [Part(*named) for named in operations]
        self._story = Story()
        self._run = Run()
        self._scheduler = Scheduler(plan, self._on_wait)

    def perform(self, tracer: Tracer, make: Callable[[], Any], check: Check) -> None:
        """Make the shared object, run the operations, check what came of them."""
        control, story = self._control, self._story
        control.on_lock, control.on_start = story.on_lock, tracer.follow
        self._plan.on_stop = lambda actor: story.note(actor, "has to stop here", is_stop=True)
        with control.running(self._scheduler):
            self._run.state = make()
            if isinstance(self._run.state, Mapping):
                story.name(self._run.state)
            self._operate()
            with self._telling():
                for part in sorted(self._parts, key=lambda part: part.name):
                    if part.error is not None:
                        raise part.error
                    self._run.returned.append(part.value)
                check(self._run)

    def on_step(self, frame: FrameType, step: Step) -> None:
        """Come to a step of the solution, in one of the threads."""
        actor = self._control.here()
        if actor is None:
            return
        self._story.settle(actor)
        actor.line = frame.f_lineno
        self._scheduler.step(actor)
        self._story.foresee(actor, frame, step)

    def _operate(self) -> None:
        """Run the operations, each in a thread of its own, to their ends."""
        actors = []
        for part in self._parts:
            thread = threading.Thread(target=self._body(part), name=part.name, daemon=True)
            actors.append(self._control.begin(self._scheduler.main, thread, part.name))
        self._plan.begin(actors)
        try:
            self._scheduler.join(actors)
        except Deadlock as deadlock:
            raise self._stuck(_waits(deadlock)) from None
        except Endless as endless:
            raise self._stuck(f"thread {endless.actor.name} goes on for ever") from None

    def _body(self, part: Part) -> Callable[[], None]:
        def run() -> None:
            try:
                part.value = part.operation(self._run.state)
                end = f"returns {safe_repr(part.value, WIDTH)}"
            except Exception as error:  # noqa: BLE001  # raised on in the main thread
                part.error = error
                end = f"raises {safe_repr(error, WIDTH)}"
            actor = self._control.here()
            if actor is not None:
                self._story.settle(actor)
                actor.line = 0
                self._story.note(actor, end)

        return run

    def _on_wait(self, actor: Actor, what: object) -> None:
        if isinstance(what, ControlledLock):
            self._run.waited.add(actor.name)
        self._story.on_wait(actor, what)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Add the story to whatever goes wrong."""
        try:
            yield
        except Mismatch as mismatch:
            text = f"{mismatch}\n{self._story.text()}"
            raise Mismatch(text, mismatch.function) from None
        except Exception as error:
            error.add_note(self._story.text())
            raise

    def _stuck(self, found: str) -> Mismatch:
        text = lines(Checked="several threads at once", Found=found, Expected="all threads to end")
        return Mismatch(f"{text}\n{self._story.text()}")


def _waits(deadlock: Deadlock) -> str:
    parts = [
        f"{actor.name} waits for {what.label}{owned(what)}"
        if isinstance(what, ControlledLock)
        else f"{actor.name} waits"
        for actor, what in deadlock.waiting
    ]
    return "all wait for ever: " + "; ".join(parts)
