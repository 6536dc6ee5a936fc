"""Thinks __slots__ is always a tuple."""

from enum import Enum
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

_VALUES = (type(None), bool, int, float, complex, str, bytes)
_KEPT = (FunctionType, BuiltinFunctionType, ModuleType, type, Enum)


def deep_copy(obj: Any, memo: Any = None) -> Any:
    """Return a copy of ``obj`` that shares nothing with it that can change."""
    if isinstance(obj, _VALUES + _KEPT):
        return obj
    if memo is None:
        memo = {}
    if id(obj) in memo:
        return memo[id(obj)]
    if hasattr(obj, "__deepcopy__"):
        new = memo[id(obj)] = obj.__deepcopy__(memo)
        return new
    return _build(obj, memo)


def _build(obj: Any, memo: Any) -> Any:
    cls = type(obj)
    if isinstance(obj, tuple):
        items = [deep_copy(item, memo) for item in obj]
        if cls is tuple and all(a is b for a, b in zip(items, obj, strict=True)):
            return obj
        new = memo[id(obj)] = tuple.__new__(cls, items)
    elif isinstance(obj, frozenset):
        new = memo[id(obj)] = frozenset.__new__(cls, [deep_copy(item, memo) for item in obj])
    else:
        new = memo[id(obj)] = cls.__new__(cls)
        _fill(obj, new, memo)
    _copy_attributes(obj, new, memo)
    return new


def _fill(obj: Any, new: Any, memo: Any) -> None:
    if isinstance(obj, list):
        for item in obj:
            new.append(deep_copy(item, memo))
    elif isinstance(obj, dict):
        for key, value in obj.items():
            new[deep_copy(key, memo)] = deep_copy(value, memo)
    elif isinstance(obj, set):
        for item in obj:
            new.add(deep_copy(item, memo))
    elif isinstance(obj, bytearray):
        new.extend(obj)


def _copy_attributes(obj: Any, new: Any, memo: Any) -> None:
    if hasattr(obj, "__dict__"):
        for name, value in obj.__dict__.items():
            new.__dict__[name] = deep_copy(value, memo)
    for name in _slots(type(obj)):
        if hasattr(obj, name):
            setattr(new, name, deep_copy(getattr(obj, name), memo))


def _slots(cls: type) -> Any:
    for base in cls.__mro__:
        names = base.__dict__.get("__slots__", ())
        for name in names:
            if name in ("__dict__", "__weakref__"):
                continue
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{base.__name__.lstrip('_')}{name}"
            yield name
