"""Read a TOML table key by key, collecting every fault instead of stopping at the first."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from grader.errors import Fault

T = TypeVar("T")
_NAMES = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "a table"}


class Table:
    """One table of a file; ``place`` says which, for people."""

    def __init__(self, data: dict[str, Any], place: str, faults: list[Fault]) -> None:
        self._data = data
        self._place = place
        self._faults = faults
        self._known: set[str] = set()
        self._faulty: set[str] = set()

    def fault(self, what: str, remedy: str) -> None:
        self._faults.append(Fault(self._place, what, remedy))

    def check(self, key: str, holds: object, what: str, remedy: str) -> None:
        """Say what is wrong with the value of ``key``, unless something was said of it before.

        What stands in for a value that could not be read would be blamed for it a second time.
        """
        if not holds and key not in self._faulty:
            self._faulty.add(key)
            self.fault(what, remedy)

    def take(self, key: str, kind: type[T], default: T, *, required: bool = True) -> T:
        """Return the value of ``key``; where it is missing or of another type, say so."""
        self._known.add(key)
        if key not in self._data:
            self.check(key, not required, f"`{key}` is missing", f"Add `{key}`, {_NAMES[kind]}")
            return default
        value = self._data[key]
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            self.check(key, False, f"`{key}` is {value!r}", f"Make it {_NAMES[kind]}")
            return default
        return value

    def take_text(self, key: str) -> str:
        text = self.take(key, str, "?")
        self.check(key, text.strip(), f"`{key}` is empty", "Write it")
        return text.strip()

    def take_positive(self, key: str, kind: type[int | float], default: float) -> float:
        value = self.take(key, kind, kind(default), required=kind is int)
        self.check(key, value > 0, f"`{key}` is {value}", "Make it greater than 0")
        self.check(key, value < math.inf, f"`{key}` is {value}", "Make it finite")
        return value

    def take_texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        texts = self.take(key, list, [], required=required)
        for index, text in enumerate(texts):
            name = f"{key}[{index}]"
            self.check(name, isinstance(text, str), f"`{name}` is {text!r}", "Write it as text")
            self.check(name, str(text).strip(), f"`{name}` is empty", "Write it")
        return tuple(str(text).strip() for text in texts)

    def take_tables(self, key: str) -> Iterator[Table]:
        for index, entry in enumerate(self.take(key, list, [])):
            place = f"{self._place}: {key}[{index}]"
            if isinstance(entry, dict):
                yield Table(entry, place, self._faults)
            else:
                self._faults.append(Fault(place, f"is {entry!r}", f"Write it as [[{key}]]"))

    def take_table(self, key: str) -> Table:
        return Table(
            self.take(key, dict, {}, required=False), f"{self._place}: [{key}]", self._faults
        )

    def finish(self) -> None:
        """Name every key that nobody asked for."""
        for key in sorted(self._data.keys() - self._known):
            self.fault(
                f"unknown key `{key}`", did_you_mean(key, sorted(self._known), "Take it out")
            )


def did_you_mean(word: str, known: Sequence[str], otherwise: str) -> str:
    """Return a remedy that names the known word nearest to ``word``, if one is near."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean `{near[0]}`?" if near else otherwise
