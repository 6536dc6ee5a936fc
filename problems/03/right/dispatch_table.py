"""A table from type to copier, looked up along the method resolution order."""

import builtins
import enum
import itertools
import types
from typing import Any

_MISSING = object()


def deep_copy(obj: Any, memo: Any = None) -> Any:
    return _Copier({} if memo is None else memo).copy(obj)


class _Copier:
    def __init__(self, memo: Any) -> None:
        self.memo = memo

    def copy(self, obj: Any) -> Any:
        known = self.memo.get(id(obj), _MISSING)
        if known is not _MISSING:
            return known
        return self.TABLE[self.key(type(obj))](self, obj)

    def key(self, cls: type) -> type:
        if hasattr(cls, "__deepcopy__") and not issubclass(cls, (enum.Enum, type)):
            return _HasDeepcopy
        return next(base for base in (*_FIRST, *cls.__mro__) if self.fits(base, cls))

    def fits(self, base: type, cls: type) -> bool:
        return base in self.TABLE and issubclass(cls, base)

    def remember(self, obj: Any, new: Any) -> Any:
        self.memo[id(obj)] = new
        return new

    def keep(self, obj: Any) -> Any:
        return obj

    def ask(self, obj: Any) -> Any:
        return self.remember(obj, obj.__deepcopy__(self.memo))

    def plain(self, obj: Any) -> Any:
        cls = type(obj)
        return self.state(obj, self.remember(obj, cls.__new__(cls)))

    def of_list(self, obj: Any) -> Any:
        new = self.plain(obj)
        new += map(self.copy, obj)
        return new

    def of_dict(self, obj: Any) -> Any:
        new = self.plain(obj)
        for item in obj.items():
            key, value = map(self.copy, item)
            new[key] = value
        return new

    def of_set(self, obj: Any) -> Any:
        new = self.plain(obj)
        new |= set(map(self.copy, obj))
        return new

    def of_bytearray(self, obj: Any) -> Any:
        new = self.plain(obj)
        new[:] = bytes(obj)
        return new

    def of_frozenset(self, obj: Any) -> Any:
        if type(obj) is frozenset and all(self.copy(item) is item for item in obj):
            return self.remember(obj, obj)
        new = frozenset.__new__(type(obj), map(self.copy, obj))
        return self.state(obj, self.remember(obj, new))

    def of_tuple(self, obj: Any) -> Any:
        new = tuple.__new__(type(obj), map(self.copy, obj))
        if set(map(id, new)) <= set(map(id, obj)) and not self.has_state(obj):
            return obj
        return self.state(obj, self.remember(obj, new))

    def has_state(self, obj: Any) -> bool:
        return type(obj) is not tuple

    def state(self, obj: Any, new: Any) -> Any:
        inherited = itertools.chain.from_iterable(vars(c).items() for c in type(obj).mro())
        for name, member in inherited:
            if isinstance(member, types.MemberDescriptorType):
                value = _slot_value(member, obj)
                if value is not _MISSING:
                    member.__set__(new, self.copy(value))
            elif name == "__dict__" and isinstance(member, types.GetSetDescriptorType):
                vars(new).update({n: self.copy(v) for n, v in vars(obj).items()})
        return new

    TABLE: dict[type, Any] = {
        **dict.fromkeys((type(None), int, float, complex, str, bytes, builtins.type), keep),
        **dict.fromkeys((type(deep_copy), type(len), types.ModuleType, enum.Enum), keep),
        list: of_list,
        dict: of_dict,
        set: of_set,
        bytearray: of_bytearray,
        frozenset: of_frozenset,
        tuple: of_tuple,
        object: plain,
    }


class _HasDeepcopy: ...


_Copier.TABLE[_HasDeepcopy] = _Copier.ask
# Before the order of resolution: an int that is a member is a member.
_FIRST = (enum.Enum, type)


def _slot_value(member: Any, obj: Any) -> Any:
    try:
        return member.__get__(obj, type(obj))
    except AttributeError:
        return _MISSING
