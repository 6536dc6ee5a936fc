"""Reads ``__defaults__`` and ``__kwdefaults__`` itself, and uses a private sentinel."""

from collections.abc import Callable, Iterator, MutableMapping, MutableSequence, MutableSet
from copy import deepcopy
from functools import update_wrapper
from typing import Any

_NO_LIST: Any = object()


def add_item(item: Any, items: Any = _NO_LIST) -> Any:
    target = [] if items is _NO_LIST or items is None else items
    target.append(item)
    return target


def _changeable(value: object) -> bool:
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, MutableSequence | MutableSet | MutableMapping):
            return True
        if isinstance(current, tuple):
            waiting.extend(current)
    return False


def _defaults(func: Any) -> Iterator[tuple[str, object]]:
    code = func.__code__
    positional = code.co_varnames[: code.co_argcount]
    given = func.__defaults__ or ()
    if given:
        yield from zip(positional[-len(given) :], given, strict=True)
    keyword_only = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    yield from (
        (n, func.__kwdefaults__[n]) for n in keyword_only if n in (func.__kwdefaults__ or {})
    )


def mutable_defaults(func: Callable[..., Any]) -> list[str]:
    return [name for name, default in _defaults(func) if _changeable(default)]


def fresh_defaults(func: Any) -> Any:
    code = func.__code__
    positional = code.co_varnames[: code.co_argcount]
    positional_only = positional[: code.co_posonlyargcount]
    everything = dict(_defaults(func))
    changeable = set(mutable_defaults(func))

    def value_of(name: str) -> object:
        return deepcopy(everything[name]) if name in changeable else everything[name]

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        missing = [n for n in everything if n not in positional[: len(args)] and n not in kwargs]
        filled = list(args)
        for name in positional_only[len(args) :]:
            if name in missing:
                filled.append(value_of(name))
        by_name = {n: value_of(n) for n in missing if n not in positional_only}
        return func(*filled, **kwargs, **by_name)

    return update_wrapper(wrapper, func)
