"""Text made from values nobody vouches for: always short, always printable, never raising."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from types import FunctionType, MethodType

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
# Where a test or the grader itself defines what it hands in: nobody's business, unlike its name.
_OURS = re.compile(
    r"\b(?:problems\.\w+\.test_\w+\.(?:test_\w+\.<locals>\.)?|test_\w+\.<locals>\."
    r"|grader\.testkit\.(?:[a-z]\w*\.)*)|,? (?:defined|running) at [^ >]*test_\w+\.py:\d+"
)
_CLASS = re.compile(r"<class '(?:[\w.<>]+\.)?(\w+)'>")
# Everything a terminal could take for a command, but for newline and tab.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def safe_repr(value: object, limit: int = 160) -> str:
    """Return ``repr(value)`` shortened to ``limit`` characters, whatever its ``__repr__`` does.

    A function is shown by its signature, a class by its name, and nothing by its address, so that
    two runs read the same.
    """
    return _attempt(_describe, value, limit)


def safe_str(value: object, limit: int = 500) -> str:
    """Return ``str(value)`` shortened to ``limit`` characters, whatever its ``__str__`` does.

    Addresses are left out, so that two runs read the same, and in which test something stands.
    """
    return _attempt(lambda given: _anonymous(str(given)), value, limit)


def _describe(value: object) -> str:
    if isinstance(value, FunctionType | MethodType):
        return f"{value.__name__}{inspect.signature(value)}"
    return _CLASS.sub(r"\1", _anonymous(repr(value)))


def _anonymous(text: str) -> str:
    return _OURS.sub("", _ADDRESS.sub("", text))


def _attempt(convert: Callable[[object], str], value: object, limit: int) -> str:
    try:
        text = convert(value)
    except BaseException as error:  # noqa: BLE001  # it is the text of an error already
        text = f"<{type(value).__name__} object whose text raised {type(error).__name__}>"
    return shorten(printable(text), limit)


def counted(number: int, noun: str) -> str:
    """Return ``1 hint`` or ``2 hints``, ``1 try`` or ``2 tries``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{number} {noun}s"


def shorten(text: str, limit: int) -> str:
    """Return ``text``, or its head and tail with the middle cut out, ``limit`` long at most."""
    if len(text) <= limit:
        return text
    tail = limit // 4
    return f"{text[: limit - tail - 3]} … {text[-tail:]}"


def printable(text: str) -> str:
    """Return ``text`` with each control character escaped, so that no terminal obeys it."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
