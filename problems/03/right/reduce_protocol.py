"""Takes objects apart and puts them together as ``__reduce_ex__(4)`` says."""

import copyreg  # it is what the recipes call; another module than the one forbidden
from enum import Enum
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

_KEPT = (type(None), int, float, complex, str, bytes, type, Enum)
_KEPT += (FunctionType, BuiltinFunctionType, ModuleType)


def deep_copy(obj: Any, memo: Any = None) -> Any:
    if isinstance(obj, _KEPT):
        return obj
    memo = {} if memo is None else memo
    try:
        return memo[id(obj)]
    except KeyError:
        pass
    # Recipes hold objects that nobody else holds; while they live, no other object has their id.
    memo.setdefault(id(memo), []).append(obj)
    if type(obj) is tuple:
        new = tuple(deep_copy(item, memo) for item in obj)
        memo[id(obj)] = new if any(map(lambda a, b: a is not b, new, obj)) else obj
    elif hasattr(obj, "__deepcopy__"):
        memo[id(obj)] = obj.__deepcopy__(memo)
    else:
        _follow(obj, memo, *obj.__reduce_ex__(4))
    return memo[id(obj)]


def _follow(
    obj: Any,
    memo: Any,
    make: Any,
    args: Any,
    state: Any = None,
    items: Any = None,
    pairs: Any = None,
) -> None:
    assert make is copyreg.__newobj__ or make is type(obj)
    new = memo[id(obj)] = make(*deep_copy(args, memo))
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    if attributes:
        new.__dict__.update(deep_copy(attributes, memo))
    for name, value in (slots or {}).items():
        setattr(new, name, deep_copy(value, memo))
    for item in items or ():
        new.append(deep_copy(item, memo))
    for key, value in pairs or ():
        new[deep_copy(key, memo)] = deep_copy(value, memo)
