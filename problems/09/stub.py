"""09 · Sync function made async-safe. The statement: `grader show 09`, or problems/09/README.md."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def async_safe(
    func: Callable[..., T], *, limit: int | None = None
) -> Callable[..., Coroutine[Any, Any, T]]:
    """Return a coroutine function that runs ``func`` in a thread, in ``limit`` threads at most."""
    raise NotImplementedError
