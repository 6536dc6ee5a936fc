"""Copies vars() as one dict, sets through reduce, tuples via index."""

import copyreg, types
from enum import EnumMeta

_ATOM = {
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    types.FunctionType,
    types.LambdaType,
    types.BuiltinFunctionType,
    types.ModuleType,
}


def deep_copy(obj, memo=None):
    cls = type(obj)
    if cls in _ATOM or isinstance(cls, EnumMeta) or issubclass(cls, type):
        return obj
    if memo is None:
        memo = dict()
    if (key := id(obj)) in memo:
        return memo[key]
    if copier := getattr(cls, "__deepcopy__", None):
        return memo.setdefault(key, copier(obj, memo))
    if cls is tuple:
        out = obj
        for index, item in enumerate(obj):
            new = deep_copy(item, memo)
            if new is not item:
                out = (*out[:index], new, *out[index + 1 :])
        return memo.setdefault(key, out)
    if issubclass(cls, (set, frozenset, bytearray)):
        new = (
            cls(deep_copy(e, memo) for e in obj)
            if not issubclass(cls, bytearray)
            else cls(bytes(obj))
        )
    elif issubclass(cls, tuple):
        new = tuple.__new__(cls, [deep_copy(e, memo) for e in obj])
    else:
        new = copyreg.__newobj__(cls)
    memo[key] = new
    if hasattr(new, "__dict__"):
        new.__dict__.update(deep_copy(vars(obj), memo))
    for name in copyreg._slotnames(cls):
        try:
            value = getattr(obj, name)
        except AttributeError:
            continue
        setattr(new, name, deep_copy(value, memo))
    if isinstance(obj, list):
        for e in obj:
            new.append(deep_copy(e, memo))
    if isinstance(obj, dict):
        for k in obj:
            new[deep_copy(k, memo)] = deep_copy(obj[k], memo)
    return new
