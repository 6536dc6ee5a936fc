"""A thread under control: what a scheduler knows of it, and a plan chooses from."""

from __future__ import annotations

import _thread
from dataclasses import dataclass, field

# The real one: `control` replaces the public names.
_new_lock = _thread.allocate_lock


@dataclass(eq=False, slots=True)
class Actor:
    """A thread under control."""

    name: str
    # Open once, when it is this thread's turn.
    gate: _thread.LockType = field(default_factory=_new_lock)
    # What it waits for, and until when on the scheduler's clock.
    waits_for: object | None = None
    deadline: tuple[float, int] | None = None
    has_timed_out: bool = False
    # Asleep in something that is not under control.
    is_outside: bool = False
    is_done: bool = False
    steps: int = 0
    # Where its last step was, for the story.
    line: int = 0
    native_id: int | None = None

    def __post_init__(self) -> None:
        self.gate.acquire()

    @property
    def is_ready(self) -> bool:
        """Whether it could run."""
        return not (self.is_done or self.is_outside) and self.waits_for is None
