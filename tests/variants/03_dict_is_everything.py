"""Variant of no_slots."""

import enum
import types

KEPT = (
    *(type(None), bool, int, float, complex, str, bytes, type, enum.Enum),
    *(types.FunctionType, types.BuiltinFunctionType, types.ModuleType),
)
MISSING = object()


def deep_copy(obj, memo=None):
    memo = {} if memo is None else memo
    alive = memo.setdefault(id(memo), [])
    return _copy(obj, memo, alive)


def _copy(obj, memo, alive):
    known = memo.get(id(obj), MISSING)
    if known is not MISSING:
        return known
    cls = type(obj)
    if not issubclass(cls, type) and hasattr(cls, "__deepcopy__") and not _is_kept(obj):
        result = cls.__deepcopy__(obj, memo)
        return _remember(obj, result, memo, alive)
    if _is_kept(obj):
        return obj
    if cls is tuple:
        parts = [_copy(part, memo, alive) for part in obj]
        if (done := memo.get(id(obj), MISSING)) is not MISSING:
            return done
        same = all(a is b for a, b in zip(parts, obj))
        return _remember(obj, obj if same else tuple(parts), memo, alive)
    if isinstance(obj, tuple):
        result = tuple.__new__(cls, [_copy(part, memo, alive) for part in obj])
    elif isinstance(obj, frozenset):
        result = frozenset.__new__(cls, [_copy(part, memo, alive) for part in obj])
    elif isinstance(obj, bytearray):
        result = bytearray.__new__(cls)
        bytearray.extend(result, obj)
    else:
        result = cls.__new__(cls)
    _remember(obj, result, memo, alive)
    _attributes(obj, result, memo, alive)
    if isinstance(obj, list):
        for part in list.__iter__(obj):
            list.append(result, _copy(part, memo, alive))
    elif isinstance(obj, dict):
        for key, value in dict.items(obj):
            dict.__setitem__(result, _copy(key, memo, alive), _copy(value, memo, alive))
    elif isinstance(obj, set):
        for part in set.__iter__(obj):
            set.add(result, _copy(part, memo, alive))
    return result


def _is_kept(obj):
    return issubclass(type(obj), KEPT) and type(obj) is not MISSING


def _remember(obj, result, memo, alive):
    memo[id(obj)] = result
    alive.append(obj)
    return result


def _attributes(obj, result, memo, alive):
    own = getattr(obj, "__dict__", None)
    if own is not None:
        result.__dict__.update({k: _copy(v, memo, alive) for k, v in own.items()})
