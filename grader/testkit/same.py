"""Whether two values are the same, in what order to show them, and where they first differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from grader.text import safe_repr

# A text that is shorter than that can be compared at a glance.
GLANCE = 30


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


_NOTHING = _Nothing()


def same(found: object, expected: object) -> bool:
    """Tell whether two values are equal and of one type, at every depth of the plain containers.

    A subclass counts as its base, but True is not 1 and 1 is not 1.0.
    """
    if not isinstance(found, type(expected)) or isinstance(found, bool) != isinstance(
        expected, bool
    ):
        return False
    if isinstance(expected, list | tuple):
        assert isinstance(found, list | tuple)
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, dict):
        assert isinstance(found, dict)
        return found.keys() == expected.keys() and all(
            same(found[key], value) for key, value in expected.items()
        )
    return bool(expected == found)


def aligned(found: object, expected: object) -> object:
    """Return ``found`` with the keys of its dictionaries in the order of those expected."""
    if type(found) is dict and isinstance(expected, dict):
        own = {key: key for key in found}
        keys = [own[key] for key in expected if key in own]
        keys += [key for key in found if key not in expected]
        return {key: aligned(found[key], expected.get(key)) for key in keys}
    if type(found) in (list, tuple) and isinstance(expected, list | tuple):
        assert isinstance(found, list | tuple)
        return type(found)([*map(aligned, found, expected), *found[len(expected) :]])
    return found


def difference(found: object, expected: object) -> str:
    """Say at which key or index two containers first differ; empty where a glance shows it."""
    path, value, wanted = "", found, expected
    while step := next(_unequal(value, wanted), None):
        key, value, wanted = step
        path += f"[{safe_repr(key, 40)}]"
    text = f"{safe_repr(value, 60)} instead of {safe_repr(wanted, 60)}"
    is_short = min(len(safe_repr(found)), len(safe_repr(expected))) < GLANCE
    return f"at {path}: {text}" if path and not is_short else ""


def _unequal(found: Any, expected: Any) -> Iterator[tuple[object, object, object]]:
    """Yield key or index, value and expected value, where two containers of a kind differ."""
    if isinstance(found, dict) and isinstance(expected, dict):
        keys: Any = {**expected, **found}
        pairs = [(key, found.get(key, _NOTHING), expected.get(key, _NOTHING)) for key in keys]
    elif isinstance(expected, list | tuple) and isinstance(found, type(expected)):
        both = zip_longest(found, expected, fillvalue=_NOTHING)
        pairs = [(index, *pair) for index, pair in enumerate(both)]
    else:
        return
    yield from ((key, value, wanted) for key, value, wanted in pairs if not same(value, wanted))
