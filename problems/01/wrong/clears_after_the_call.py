"""Thinks emptying the shared default after the call makes it fresh."""

import copy
import functools
import inspect
from collections.abc import Callable, MutableMapping, MutableSequence, MutableSet
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

# list, dict, set and bytearray are registered with these, as is every container of the library.
_CONTAINERS = (MutableSequence, MutableSet, MutableMapping)


def add_item(item: Any, items: list[Any] | None = None) -> list[Any]:
    """Append ``item`` to ``items``, or to a new list, and return that list."""
    if items is None:
        items = []
    items.append(item)
    return items


def mutable_defaults(func: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters of ``func`` whose default is mutable."""
    parameters = inspect.signature(func).parameters.values()
    return [parameter.name for parameter in parameters if _is_mutable(parameter.default)]


def fresh_defaults(func: F) -> F:
    """Decorate ``func`` so that every call gets its own copy of each mutable default."""
    parameters = inspect.signature(func).parameters
    shared = [parameters[name].default for name in mutable_defaults(func)]

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        result = func(*args, **kwargs)
        for default in shared:
            if hasattr(default, "clear"):
                default.clear()
        return result

    return wrapper  # type: ignore[return-value]


def _is_mutable(default: object) -> bool:
    if isinstance(default, tuple):
        return any(map(_is_mutable, default))
    return isinstance(default, _CONTAINERS)
