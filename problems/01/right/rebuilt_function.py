"""Gives each call a new function object with the same code and copied defaults."""

import copy
import functools
import inspect
import types
from collections import abc
from typing import Any


def add_item(item: Any, items: Any = None) -> Any:
    match items:
        case None:
            return [item]
        case _:
            items.append(item)
            return items


@functools.singledispatch
def holds_mutable(value: object) -> bool:
    return False


@holds_mutable.register(abc.MutableSequence)
@holds_mutable.register(abc.MutableSet)
@holds_mutable.register(abc.MutableMapping)
def _(value: object) -> bool:
    return True


@holds_mutable.register(tuple)
def _(value: tuple[object, ...]) -> bool:
    return any(holds_mutable(element) for element in value)


def mutable_defaults(func: Any) -> list[str]:
    spec = inspect.getfullargspec(func)
    with_default = spec.args[len(spec.args) - len(spec.defaults or ()) :]
    found = dict(zip(with_default, spec.defaults or (), strict=True))
    found |= {
        name: spec.kwonlydefaults[name]
        for name in spec.kwonlyargs
        if name in (spec.kwonlydefaults or {})
    }
    return [name for name, default in found.items() if holds_mutable(default)]


def _own(default: Any) -> Any:
    return copy.deepcopy(default) if holds_mutable(default) else default


def fresh_defaults(func: Any) -> Any:
    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        defaults = func.__defaults__ and tuple(_own(default) for default in func.__defaults__)
        twin = types.FunctionType(
            func.__code__, func.__globals__, func.__name__, defaults, func.__closure__
        )
        twin.__kwdefaults__ = func.__kwdefaults__ and {
            name: _own(default) for name, default in func.__kwdefaults__.items()
        }
        return twin(*args, **kwargs)

    return wrapper
