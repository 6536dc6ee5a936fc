"""Places that a line of a solution reads or writes: ``total``, ``self.value``, ``counts[key]``.

Looked up without running any code of the solution: no property, no ``__getattr__``.
"""

from __future__ import annotations

import dis
import functools
import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType

from grader.text import safe_repr

MISSING = object()
Getter = Callable[[], object]

_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_ITEM = re.compile(r"(?P<owner>[\w.]+)\[(?P<key>[\w.]+|'[^']*'|\"[^\"]*\")\]")


@dataclass(frozen=True, slots=True)
class Place:
    """A place by the names that lead to it: a variable, an attribute of one, or an item."""

    path: tuple[str, ...]
    # What stands in the brackets of an item.
    key: str | None = None

    def find(self, frame: FrameType, names: dict[int, str]) -> tuple[str, Getter]:
        """Return its text, with ``names`` for objects by their id, and what gets its value."""
        first, *rest = self.path
        value = frame.f_locals.get(first, frame.f_globals.get(first, MISSING))
        shown = ".".join([names.get(id(value), first), *rest])
        if self.key is not None:
            key = _key(frame, self.key)
            owner = _follow(value, rest)
            return f"{shown}[{safe_repr(key, 20)}]", functools.partial(_item, owner, key)
        if not rest:
            return first, functools.partial(_variable, frame, first)
        return shown, functools.partial(_attribute, _follow(value, rest[:-1]), rest[-1])


def place_of(code: CodeType, instruction: dis.Instruction) -> Place | None:
    """Return what the expression of an instruction stands for, if it is as simple as that."""
    text = _expression(code, instruction)
    item = _ITEM.fullmatch(text)
    if item is not None:
        return Place(tuple(item["owner"].split(".")), item["key"])
    return Place(tuple(text.split("."))) if _PATH.fullmatch(text) else None


def _expression(code: CodeType, instruction: dis.Instruction) -> str:
    """Return the text of the expression that an instruction belongs to, if it is on one line."""
    place = instruction.positions
    if place is None or place.lineno is None or place.lineno != place.end_lineno:
        return ""
    line = linecache.getline(code.co_filename, place.lineno).encode()
    return line[place.col_offset : place.end_col_offset].decode(errors="replace")


def _variable(frame: FrameType, name: str) -> object:
    return frame.f_locals.get(name, frame.f_globals.get(name, MISSING))


def _follow(value: object, names: list[str]) -> object:
    for name in names:
        value = _attribute(value, name)
    return value


def _attribute(owner: object, name: str) -> object:
    try:
        values = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        values = {}
    if name in values:
        return values[name]
    for base in type(owner).__mro__:
        found = vars(base).get(name, MISSING)
        if type(found).__name__ == "member_descriptor":  # a slot
            return _attempt(functools.partial(found.__get__, owner))
        if found is not MISSING:
            return found
    return MISSING


def _key(frame: FrameType, text: str) -> object:
    if text[0] in "'\"":
        return text[1:-1]
    if text.isdecimal():
        return int(text)
    first, *rest = text.split(".")
    return _follow(_variable(frame, first), rest)


def _item(owner: object, key: object) -> object:
    if isinstance(owner, dict) and isinstance(key, str | int | tuple):
        return dict.get(owner, key, MISSING)
    if isinstance(owner, list) and isinstance(key, int):
        return _attempt(functools.partial(list.__getitem__, owner, key))
    return MISSING


def _attempt(get: Getter) -> object:
    try:
        return get()
    except Exception:  # noqa: BLE001  # an empty slot, an index too high: nothing to show
        return MISSING
