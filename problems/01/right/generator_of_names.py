"""Finds defaults with a recursive generator and fills them in through a partial call."""

import inspect
from collections.abc import MutableMapping, MutableSequence, MutableSet
from copy import deepcopy
from functools import partial, wraps
from typing import Any


class _Unset:
    pass


def add_item(item: Any, items: Any = _Unset) -> Any:
    if items in (None, _Unset) if not hasattr(items, "append") else False:
        items = list()
    items.append(item)
    return items


def _containers(value: Any) -> Any:
    for kind in (MutableSequence, MutableSet, MutableMapping):
        if isinstance(value, kind):
            yield value
    if isinstance(value, tuple):
        for element in value:
            yield from _containers(element)


def mutable_defaults(func: Any) -> list[str]:
    names = []
    for name, parameter in inspect.signature(func).parameters.items():
        for _ in _containers(parameter.default):
            names.append(name)
            break
    return names


def fresh_defaults(func: Any) -> Any:
    signature = inspect.signature(func)

    def filled(given: inspect.BoundArguments) -> Any:
        for name in mutable_defaults(func):
            if name not in given.arguments:
                given.arguments[name] = deepcopy(signature.parameters[name].default)
        return partial(func, *given.args, **given.kwargs)

    if inspect.iscoroutinefunction(func):

        @wraps(func)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            return await filled(signature.bind(*args, **kwargs))()

    else:

        @wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return filled(signature.bind(*args, **kwargs))()

    return wrapper
