"""What a probe saw, as JSON that keeps types apart, and as text for people.

None, truth values, whole numbers, floats and texts stand for themselves, a list for a list. Any
other value is an object with one key: ``tuple``, ``dict`` (pairs), ``set``, ``bytes``, ``raised``
(the name of an error) or ``object`` (the name of a class).
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.text import printable, shorten

Answer = Any
# Longer texts are told apart by their digest, so that no answer is a flood.
TEXT_KEPT = 500
DEPTH = 30
_LIBRARIES = sys.stdlib_module_names | {"grader"}


@dataclass(frozen=True, slots=True)
class Raised:
    """An error in place of a value: the name of its nearest class that everybody knows."""

    name: str

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        """Return what stands for ``error``; classes of a solution count as their base."""
        known = [
            c.__name__ for c in type(error).__mro__ if c.__module__.split(".")[0] in _LIBRARIES
        ]
        return cls(known[0])


def encode(value: object, depth: int = DEPTH) -> Answer:
    """Return a value as JSON data; one of a subclass counts as the base that holds its content.

    Content is read through the base class, so that no method of the value's own is called.
    """
    if value is None or value is True or value is False:
        return value
    if not depth:
        return {"object": "nested too deep"}
    if isinstance(value, Raised):
        return {"raised": value.name}
    for base, convert in _CONVERTERS.items():
        # Not isinstance, which believes what the value says of its class.
        if issubclass(type(value), base):
            return convert(value, depth - 1)
    return {"object": type(value).__name__}


def _text(value: Any, _depth: int) -> Answer:
    text = str.__str__(value)
    if len(text) <= TEXT_KEPT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"long text": [text[:100], len(text), digest]}


def _bytes(value: Any, depth: int) -> Answer:
    return {"bytes": _text(bytes(memoryview(value)).decode("latin-1"), depth)}


def _list(value: Any, depth: int) -> Answer:
    return [encode(entry, depth) for entry in list.__iter__(value)]


def _tuple(value: Any, depth: int) -> Answer:
    return {"tuple": [encode(entry, depth) for entry in tuple.__iter__(value)]}


def _dict(value: Any, depth: int) -> Answer:
    pairs = [[encode(key, depth), encode(entry, depth)] for key, entry in dict.items(value)]
    return {"dict": sorted(pairs, key=canonical)}


def _set(value: Any, depth: int) -> Answer:
    iterate = set.__iter__ if issubclass(type(value), set) else frozenset.__iter__
    return {"set": sorted((encode(entry, depth) for entry in iterate(value)), key=canonical)}


_CONVERTERS: Mapping[type, Callable[[Any, int], Answer]] = {
    str: _text,
    int: lambda value, _: int.__int__(value),
    # Added to it, -0.0 is 0.0: they are equal.
    float: lambda value, _: float.__float__(value) + 0.0,
    list: _list,
    tuple: _tuple,
    dict: _dict,
    set: _set,
    frozenset: _set,
    bytes: _bytes,
    bytearray: _bytes,
}


def canonical(answer: Answer) -> str:
    """Return the same text for the same answer, another for any other: 1, 1.0 and True differ."""
    return json.dumps(answer, sort_keys=True)


def in_words(answer: Answer) -> str:
    """Return an answer as a person would write it, whatever a hostile process made of it."""
    try:
        text = _words(answer)
    except (ValueError, TypeError, LookupError, RecursionError):
        text = "something that is no answer"
    return shorten(printable(text), 300)


def _words(answer: Answer) -> str:
    if isinstance(answer, list):
        return f"[{_joined(answer)}]"
    if not isinstance(answer, dict):
        return repr(answer)
    [(kind, content)] = answer.items()
    return _WORDS.get(kind, "<{} object>".format)(content)


def _joined(answers: list[Answer]) -> str:
    return ", ".join(map(_words, answers))


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "raised": "{} raised".format,
    "tuple": lambda content: f"({_joined(content)}{',' if len(content) == 1 else ''})",
    "set": lambda content: f"{{{_joined(content)}}}" if content else "set()",
    "dict": lambda content: "{" + ", ".join(map(_pair, content)) + "}",
    "bytes": lambda content: f"b{_words(content)}",
    "long text": lambda content: f"{content[0]!r} … ({content[1]:,} characters)",
}


def _pair(pair: list[Answer]) -> str:
    key, value = pair
    return f"{_words(key)}: {_words(value)}"
