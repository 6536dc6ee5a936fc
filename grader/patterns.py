"""Which hidden tests each known-wrong solution of a problem fails, kept in its folder.

Format 1: ``format``; ``tests`` with every hidden test function and its parameter ids, ``"*"`` for
one without; ``wrong`` with, by name, ``thinks`` (what its author believes) and ``fails``: by
function ``"*"`` where it fails whatever the parameters, else the ids with which it fails.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
NAME = "patterns.json"
ALL = "*"
Grouped = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Known:
    """One known-wrong solution: its misconception in a sentence, and the tests that it fails."""

    name: str
    thinks: str
    fails: frozenset[str]


@dataclass(frozen=True, slots=True)
class Patterns:
    """All hidden tests of a problem, and what its known-wrong solutions fail of them.

    A test is named as in ``test_name[parameters]``, without its file.
    """

    tests: tuple[str, ...]
    known: tuple[Known, ...]


def name_of(test: str) -> str:
    """Return what a test is called in its file, given its id."""
    return test.partition("::")[2] or test


def read_patterns(folder: Path) -> Patterns | None:
    """Return the patterns in a problem's folder, None where there are none that can be read."""
    try:
        return _parse(json.loads((folder / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        # `grader prove` says what is wrong; a learner's result must not wait for that.
        return None


def as_text(patterns: Patterns) -> str:
    """Return what the file holds: a line for each function, in the order of the tests."""
    document = {
        "format": FORMAT,
        "tests": _grouped(patterns.tests, ()),
        "wrong": {
            known.name: {
                "thinks": known.thinks,
                "fails": _grouped([t for t in patterns.tests if t in known.fails], patterns.tests),
            }
            for known in sorted(patterns.known, key=lambda known: known.name)
        },
    }
    return _lines(document) + "\n"


def _lines(value: Any, indent: str = "") -> str:
    """Return JSON in which only objects take several lines."""
    if not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = indent + "  "
    items = (f"{inner}{json.dumps(key)}: {_lines(item, inner)}" for key, item in value.items())
    return "{\n" + ",\n".join(items) + f"\n{indent}}}"


def _split(test: str) -> tuple[str, str | None]:
    """Return function and parameter id."""
    function, bracket, rest = test.partition("[")
    return function, rest.removesuffix("]") if bracket else None


def _grouped(tests: Iterable[str], whole: Collection[str]) -> Grouped:
    """Return tests by function, with ``"*"`` in place of all that ``whole`` has of one."""
    found: dict[str, list[str | None]] = {}
    for function, parameters in map(_split, tests):
        found.setdefault(function, []).append(parameters)
    full = {name: len(ids) for name, ids in _by_function(whole).items()}
    return {
        name: ALL
        if None in ids or len(ids) == full.get(name)
        else [i for i in ids if i is not None]
        for name, ids in found.items()
    }


def _by_function(tests: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for test in tests:
        found.setdefault(_split(test)[0], []).append(test)
    return found


def _parse(document: Mapping[str, Any]) -> Patterns | None:
    if document["format"] != FORMAT:
        return None
    tests = {name: _ungrouped(name, ids) for name, ids in document["tests"].items()}
    known = [
        Known(
            name,
            str(entry["thinks"]),
            frozenset(
                test
                for function, ids in entry["fails"].items()
                for test in (tests[function] if ids == ALL else _ungrouped(function, ids))
            ),
        )
        for name, entry in document["wrong"].items()
    ]
    return Patterns(tuple(test for found in tests.values() for test in found), tuple(known))


def _ungrouped(function: str, ids: str | Sequence[str]) -> list[str]:
    return [function] if ids == ALL else [f"{function}[{parameters}]" for parameters in ids]
