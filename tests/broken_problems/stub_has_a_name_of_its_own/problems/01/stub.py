"""01 · Clamp. The statement: `grader show 01`, or problems/01/README.md."""

from typing import TypeVar

N = TypeVar("N", bound=float)


def clamp(value: N, low: N | None, high: N | None) -> N:
    """Return ``value``, or the bound that it lies beyond."""
    raise NotImplementedError


def is_within(value: N, low: N | None, high: N | None) -> bool:
    """Tell whether ``value`` is beyond no bound."""
    raise NotImplementedError
