"""07 · Timing decorator. The statement: `grader show 07`, or problems/07/README.md."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Timing:
    """One call: what was called, how many seconds it took, how it ended. Given, and complete."""

    name: str
    seconds: float
    outcome: Literal["ok", "error", "cancelled"]


def timed(
    func: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    clock: Callable[[], float] | None = None,
    sink: Callable[[Timing], object] | None = None,
) -> Callable[..., Any]:
    """Decorate ``func`` so that every call of it leaves one record in ``sink``."""
    raise NotImplementedError
