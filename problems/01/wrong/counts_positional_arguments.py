"""Thinks an argument that did not come by position was left out."""

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
    signature = inspect.signature(func)
    originals = {name: signature.parameters[name].default for name in mutable_defaults(func)}

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        for index, (name, parameter) in enumerate(signature.parameters.items()):
            by_name = parameter.kind is parameter.KEYWORD_ONLY and name in kwargs
            if name in originals and index >= len(args) and not by_name:
                bound.arguments[name] = copy.deepcopy(originals[name])
        return func(*bound.args, **bound.kwargs)

    return wrapper  # type: ignore[return-value]  # the wrapper has the signature of func


def _is_mutable(default: object) -> bool:
    if isinstance(default, tuple):
        return any(map(_is_mutable, default))
    return isinstance(default, _CONTAINERS)
