"""Variant of shallow_copy."""

import asyncio
import copy
import functools
import inspect
from collections.abc import MutableMapping, MutableSequence, MutableSet

KINDS = (MutableSequence, MutableSet, MutableMapping)


def add_item(item, items=None):
    target = [] if items is None else items
    target.append(item)
    return target


def _is_mutable(value):
    if isinstance(value, KINDS):
        return True
    return isinstance(value, tuple) and any(map(_is_mutable, value))


def mutable_defaults(func):
    found = []
    for parameter in inspect.signature(func).parameters.values():
        if parameter.default is not parameter.empty and _is_mutable(parameter.default):
            found.append(parameter.name)
    return found


def fresh_defaults(func):
    signature = inspect.signature(func)
    to_copy = {n: signature.parameters[n].default for n in mutable_defaults(func)}

    def complete(args, kwargs):
        bound = signature.bind(*args, **kwargs)
        for name, default in to_copy.items():
            if name not in bound.arguments:
                bound.arguments[name] = copy.copy(default)
        bound.apply_defaults()
        return bound

    if asyncio.iscoroutinefunction(func):

        @functools.wraps(func)
        async def later(*args, **kwargs):
            bound = complete(args, kwargs)
            return await func(*bound.args, **bound.kwargs)

        return later

    @functools.wraps(func)
    def now(*args, **kwargs):
        bound = complete(args, kwargs)
        return func(*bound.args, **bound.kwargs)

    return now
