"""A generic function makes the copy; what it holds besides comes from ``object.__getstate__``."""

import sys
from enum import Enum
from functools import singledispatch
from importlib import import_module
from typing import Any

types = import_module("types")


def deep_copy(obj: Any, memo: Any = None) -> Any:
    memo = memo if memo is not None else {}
    if id(obj) not in memo:
        own = None if isinstance(obj, type) else getattr(obj, "__deepcopy__", None)
        if own is None:
            new = duplicate(obj, memo)
        else:
            new = own(memo)
        memo[id(obj)] = new
    return memo[id(obj)]


@singledispatch
def duplicate(obj: Any, memo: Any) -> Any:
    new = memo[id(obj)] = object.__new__(type(obj))
    return restore(new, obj, memo)


def kept(obj: Any, memo: Any) -> Any:
    return obj


for kind in (type(None), int, float, complex, str, bytes, type, Enum, type(sys)):
    duplicate.register(kind, kept)
for kind in (types.FunctionType, types.BuiltinFunctionType):
    duplicate.register(kind, kept)


@duplicate.register(list)
def _(obj: Any, memo: Any) -> Any:
    new = memo[id(obj)] = list.__new__(type(obj))
    list.extend(new, (deep_copy(item, memo) for item in obj))
    return restore(new, obj, memo)


@duplicate.register(dict)
def _(obj: Any, memo: Any) -> Any:
    new = memo[id(obj)] = dict.__new__(type(obj))
    for key in obj:
        dict.__setitem__(new, deep_copy(key, memo), deep_copy(obj[key], memo))
    return restore(new, obj, memo)


@duplicate.register(set)
def _(obj: Any, memo: Any) -> Any:
    new = set.__new__(type(obj))
    memo[id(obj)] = new
    set.update(new, [deep_copy(item, memo) for item in obj])
    return restore(new, obj, memo)


@duplicate.register(bytearray)
def _(obj: Any, memo: Any) -> Any:
    new = bytearray.__new__(type(obj))
    bytearray.__init__(new, obj)
    memo[id(obj)] = new
    return restore(new, obj, memo)


@duplicate.register(tuple)
def _(obj: Any, memo: Any) -> Any:
    new = [deep_copy(item, memo) for item in obj]
    if list(map(id, new)) == list(map(id, obj)) and object.__getstate__(obj) is None:
        return obj
    memo[id(obj)] = rebuilt = tuple.__new__(type(obj), new)
    return restore(rebuilt, obj, memo)


@duplicate.register(frozenset)
def _(obj: Any, memo: Any) -> Any:
    new = memo[id(obj)] = frozenset.__new__(type(obj), {deep_copy(item, memo) for item in obj})
    return restore(new, obj, memo)


def restore(new: Any, obj: Any, memo: Any) -> Any:
    match object.__getstate__(obj):
        case None:
            pass
        case (attributes, slots):
            put(new, {**(attributes or {}), **slots}, memo)
        case attributes:
            put(new, attributes, memo)
    return new


def put(new: Any, values: dict[str, Any], memo: Any) -> None:
    for name, value in values.items():
        object.__setattr__(new, name, deep_copy(value, memo))
