"""03 · Deep copy by hand, solved with a shell that is remembered before it is filled."""

from collections.abc import Iterator
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, ModuleType
from typing import Any, TypeVar

T = TypeVar("T")
Memo = dict[int, Any]

_VALUES = (type(None), int, float, complex, str, bytes)
_KEPT = (*_VALUES, FunctionType, BuiltinFunctionType, type, ModuleType, Enum)


def deep_copy(obj: T, memo: dict[int, Any] | None = None) -> T:
    """Return a copy of ``obj`` that shares nothing with it that can change."""
    if isinstance(obj, _KEPT):
        return obj
    if memo is None:
        memo = {}
    # Not memo.get(): a copy may be None.
    if id(obj) not in memo:
        if hasattr(obj, "__deepcopy__"):
            memo[id(obj)] = obj.__deepcopy__(memo)
        else:
            _fill(_shell(obj, memo), obj, memo)
    return memo[id(obj)]


def _shell(obj: Any, memo: Memo) -> Any:
    """Remember and return the copy of ``obj``, empty as yet if it can be filled later."""
    kind = type(obj)
    if isinstance(obj, tuple):
        items = [deep_copy(item, memo) for item in obj]
        is_same = kind is tuple and all(map(_is, items, obj))
        shell = obj if is_same else tuple.__new__(kind, items)
    elif isinstance(obj, frozenset):
        shell = frozenset.__new__(kind, [deep_copy(item, memo) for item in obj])
    else:
        shell = kind.__new__(kind)
    memo[id(obj)] = shell
    return shell


def _fill(shell: Any, obj: Any, memo: Memo) -> None:
    if isinstance(obj, list):
        shell.extend(deep_copy(item, memo) for item in obj)
    elif isinstance(obj, dict):
        shell.update((deep_copy(key, memo), deep_copy(value, memo)) for key, value in obj.items())
    elif isinstance(obj, set):
        shell.update(deep_copy(item, memo) for item in obj)
    elif isinstance(obj, bytearray):
        shell.extend(obj)
    if hasattr(obj, "__dict__"):
        # Into the dict itself: a class may forbid or redirect setting attributes.
        for name, value in vars(obj).items():
            vars(shell)[name] = deep_copy(value, memo)
    for slot in _set_slots(obj):
        slot.__set__(shell, deep_copy(slot.__get__(obj), memo))


def _set_slots(obj: object) -> Iterator[MemberDescriptorType]:
    """Yield the slots of ``obj`` that hold something, those of every base included."""
    for base in type(obj).__mro__:
        for member in vars(base).values():
            if isinstance(member, MemberDescriptorType) and _holds(member, obj):
                yield member


def _holds(slot: MemberDescriptorType, obj: object) -> bool:
    try:
        slot.__get__(obj)
    except AttributeError:
        return False
    return True


def _is(one: object, other: object) -> bool:
    return one is other
