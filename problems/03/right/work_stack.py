"""No recursion: a stack of what is still to be entered and what is to be finished."""

import enum
import types
from typing import Any

_ATOMS = (
    *(type(None), int, float, complex, str, bytes, enum.Enum),
    *(type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType),
)
_LATE = (tuple, frozenset)


def deep_copy(obj: Any, memo: dict[int, Any] | None = None) -> Any:
    memo = {} if memo is None else memo
    tasks: list[tuple[bool, Any]] = [(False, obj)]
    while tasks:
        is_entered, current = tasks.pop()
        if is_entered:
            _finish(current, memo)
        elif not isinstance(current, _ATOMS) and id(current) not in memo:
            method = getattr(current, "__deepcopy__", None)
            if method is not None:
                memo[id(current)] = method(memo)
                continue
            if not isinstance(current, _LATE):
                memo[id(current)] = type(current).__new__(type(current))
            tasks.append((True, current))
            tasks.extend((False, part) for part in reversed(list(_parts(current))))
    return _known(obj, memo)


def _known(obj: Any, memo: dict[int, Any]) -> Any:
    return obj if isinstance(obj, _ATOMS) else memo[id(obj)]


def _parts(obj: Any) -> Any:
    if isinstance(obj, dict):
        for pair in obj.items():
            yield from pair
    elif isinstance(obj, list | set | tuple | frozenset):
        yield from obj
    yield from _instance_dict(obj).values()
    yield from _slots(obj).values()


def _finish(obj: Any, memo: dict[int, Any]) -> None:
    if isinstance(obj, _LATE):
        items = [_known(item, memo) for item in obj]
        if type(obj) is tuple and not any(a is not b for a, b in zip(items, obj, strict=True)):
            memo[id(obj)] = obj
            return
        base = tuple if isinstance(obj, tuple) else frozenset
        memo[id(obj)] = base.__new__(type(obj), items)
    new = memo[id(obj)]
    if isinstance(obj, list):
        new[:] = [_known(item, memo) for item in obj]
    elif isinstance(obj, dict):
        new.update({_known(key, memo): _known(value, memo) for key, value in obj.items()})
    elif isinstance(obj, set):
        new.update({_known(item, memo) for item in obj})
    elif isinstance(obj, bytearray):
        new += obj
    if attributes := _instance_dict(obj):
        vars(new).update({name: _known(value, memo) for name, value in attributes.items()})
    for name, value in _slots(obj).items():
        object.__setattr__(new, name, _known(value, memo))


def _instance_dict(obj: Any) -> dict[str, Any]:
    return getattr(obj, "__dict__", {})


def _slots(obj: Any) -> dict[str, Any]:
    found = {}
    for cls in type(obj).__mro__:
        names = vars(cls).get("__slots__", [])
        for name in (names,) if type(names) is str else names:
            if name[:2] == "__" != name[-2:]:
                name = "_" + cls.__name__.lstrip("_") + name
            if name not in ("__dict__", "__weakref__"):
                try:
                    found[name] = object.__getattribute__(obj, name)
                except AttributeError:
                    pass
    return found
