"""A closure over the memo, inspect for what is kept, a Memo class, extras for each slot."""

import enum, inspect, operator
from collections.abc import MutableSequence, MutableMapping, MutableSet


class Memo(dict):
    def __init__(self):
        super().__init__()
        self.alive = []


def deep_copy(obj, memo=None):
    if memo is None:
        memo = Memo()

    def kept(x):
        return (
            x is None
            or isinstance(x, (int, float, complex, str, bytes, enum.Enum))
            or inspect.isroutine(x)
            or inspect.isclass(x)
            or inspect.ismodule(x)
        )

    def go(x):
        if kept(x):
            return x
        if id(x) not in memo:
            memo[id(x)] = make(x)
        return memo[id(x)]

    def make(x):
        if hasattr(type(x), "__deepcopy__"):
            return x.__deepcopy__(memo)
        t = type(x)
        match x:
            case tuple():
                parts = tuple(map(go, x))
                if t is tuple and all(map(operator.is_, parts, x)):
                    return x
                y = tuple.__new__(t, parts)
            case frozenset():
                y = frozenset.__new__(t, map(go, x))
            case bytearray():
                y = bytearray.__new__(t)
                y.extend(x)
            case list():
                y = memo[id(x)] = list.__new__(t)
                y.extend(map(go, x))
            case dict():
                y = memo[id(x)] = dict.__new__(t)
                y.update(zip(map(go, x.keys()), map(go, x.values())))
            case set():
                y = memo[id(x)] = set.__new__(t)
                y |= {go(e) for e in x}
            case _:
                y = memo[id(x)] = object.__new__(t)
        memo[id(x)] = y
        for c in reversed(t.__mro__):
            for d in list(vars(c).values()):
                if inspect.ismemberdescriptor(d):
                    try:
                        v = d.__get__(x, t)
                    except AttributeError:
                        continue
                    d.__set__(y, go(v))
        if hasattr(x, "__dict__"):
            y.__dict__.update((k, go(v)) for k, v in x.__dict__.items())
        return y

    return go(obj)
