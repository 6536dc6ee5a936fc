"""01 · Mutable defaults. The statement: `grader show 01`, or problems/01/README.md."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def add_item(item: Any, items: list[Any] | None = None) -> list[Any]:
    """Append ``item`` to ``items``, or to a new list, and return that list."""
    raise NotImplementedError


def mutable_defaults(func: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters of ``func`` whose default is mutable."""
    raise NotImplementedError


def fresh_defaults(func: F) -> F:
    """Decorate ``func`` so that every call gets its own copy of each mutable default."""
    raise NotImplementedError
