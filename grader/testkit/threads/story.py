"""What the threads did, in the order in which they did it: the lesson of a failed schedule."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

from grader.testkit.threads.actor import Actor
from grader.testkit.threads.control import ControlledLock
from grader.testkit.threads.places import Getter
from grader.testkit.threads.steps import Step
from grader.text import safe_repr

# Values that a line of the story has room for.
PLAIN = (int, float, str, bytes, tuple, list, dict, set, frozenset, type(None))
WIDTH = 50
# Events shown before the first stop, and after it.
BEFORE, AFTER = 6, 12
# Events shown where nobody was stopped.
AT_END = 30


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a thread did."""

    actor: str
    line: int
    text: str
    is_stop: bool = False


class Story:
    """Notes what the threads of one run do."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._events: list[Event] = []
        self._writes: dict[Actor, tuple[int, str, Getter]] = {}

    def name(self, names: Mapping[str, object]) -> None:
        """Take what the test calls its objects, to tell one account from the other."""
        self._names = {id(value): name for name, value in names.items()}

    def note(self, actor: Actor, text: str, *, is_stop: bool = False) -> None:
        """Note something that a thread does now."""
        self.settle(actor)
        if actor.name != "main":
            self._events.append(Event(actor.name, actor.line, text, is_stop))

    def on_lock(self, actor: Actor, lock: ControlledLock, verb: str) -> None:
        """Note what a thread does with a lock of the solution; those inside queues have no name."""
        if lock.label != ControlledLock.UNNAMED:
            self.note(actor, f"{verb} {lock.label}")

    def on_wait(self, actor: Actor, what: object) -> None:
        """Note that a thread waits."""
        if isinstance(what, ControlledLock) and what.label != ControlledLock.UNNAMED:
            self.note(actor, f"waits for {what.label}{owned(what)}")

    def settle(self, actor: Actor) -> None:
        """Note the write that a thread has done with its last step."""
        write = self._writes.pop(actor, None)
        if write is not None:
            line, text, getter = write
            value = getter()
            if isinstance(value, PLAIN):
                text = f"writes {text}: {safe_repr(value, WIDTH)}"
                self._events.append(Event(actor.name, line, text))

    def foresee(self, actor: Actor, frame: FrameType, step: Step) -> None:
        """Note what the step that comes now reads, and remember what it writes."""
        if step.place is None:
            return
        text, getter = step.place.find(frame, self._names)
        if step.is_write:
            self._writes[actor] = (frame.f_lineno, text, getter)
            return
        value = getter()
        if isinstance(value, PLAIN):
            self.note(actor, f"reads {text}: {safe_repr(value, WIDTH)}")
        else:
            _label(value, text)

    def text(self) -> str:
        """Return the story, a line for each event, without what is too far from the first stop."""
        stops = [index for index, event in enumerate(self._events) if event.is_stop]
        end = stops[0] + 1 + AFTER if stops else len(self._events)
        start = max(0, end - (AFTER + BEFORE if stops else AT_END))
        shown = self._events[start:end]
        lines = ["What happened, one thread at a time:", *_table(shown)]
        if start:
            lines.insert(1, "  …")
        if start + len(shown) < len(self._events):
            lines.append("  …")
        return "\n".join(lines)


def _table(events: Sequence[Event]) -> list[str]:
    width = max((len(event.actor) for event in events), default=0)
    number = max((len(str(event.line)) for event in events), default=0)
    rows = []
    for event in events:
        place = f"line {event.line:>{number}}" if event.line else " " * (5 + number)
        rows.append(f"  {event.actor:<{width}}  {place}  {event.text}")
    return rows


def owned(lock: ControlledLock) -> str:
    """Return who has a lock, as the end of a sentence."""
    return f", which {lock.owner.name} has" if lock.owner is not None else ""


def _label(value: object, text: str) -> None:
    """Call a lock what the solution calls it: also the one inside an RLock or a Condition."""
    for _ in range(3):
        if isinstance(value, ControlledLock):
            if value.label == ControlledLock.UNNAMED:
                value.label = text
            return
        if not isinstance(value, threading._RLock | threading.Condition):  # noqa: SLF001
            return
        inner = "_block" if hasattr(value, "_block") else "_lock"
        value = getattr(value, inner, None)
