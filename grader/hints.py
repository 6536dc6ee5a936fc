"""Remember which hints a learner has taken.

Format 1: ``{"format": 1, "taken": {"07": {"times-the-await": 2}}}``, the number of hints shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from grader.problem import HINTS_PER_BEHAVIOUR
from grader.store import Store

# How many hints were shown, by problem and behaviour.
Taken: TypeAlias = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint for a behaviour of problem ``number``.

    ``is_again`` says that all hints were taken before, and this is the last of them once more;
    ``trouble`` why it is not remembered, if it is not.
    """

    number: str
    behaviour: str
    title: str
    level: int
    text: str
    is_again: bool = False
    trouble: str = ""


class HintMemory:
    """The hints taken so far, in one small file."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder / "hints.json", "taken", "memory of hints", _is_memory)

    def taken(self, number: str, behaviour: str) -> int:
        """Return how many hints were shown for a behaviour; raise UsageError on a bad file."""
        return int(self._read().get(number, {}).get(behaviour, 0))

    def all(self) -> Taken:
        """Return how many hints were shown, of everything; raise UsageError on a bad file."""
        return self._read()

    def next_level(self, number: str, behaviour: str) -> int:
        """Return the level of the hint to show next, 1 to 3; the last one stays."""
        return min(self.taken(number, behaviour) + 1, HINTS_PER_BEHAVIOUR)

    def remember(self, number: str, behaviour: str, level: int) -> None:
        """Write down that hints up to ``level`` were shown; raise OSError where that fails."""
        taken = self._read()
        known = taken.setdefault(number, {})
        known[behaviour] = max(level, known.get(behaviour, 0))
        self._store.write(taken)

    def _read(self) -> dict[str, Any]:
        return dict(self._store.read() or {})


def counts(taken: Taken) -> dict[str, int]:
    """Return how many hints were shown, by problem."""
    return {number: sum(known.values()) for number, known in taken.items()}


def _is_memory(taken: Any) -> bool:
    return isinstance(taken, dict) and all(
        isinstance(known, dict) and all(type(level) is int for level in known.values())
        for known in taken.values()
    )
