"""For ``probe.py``: questions that are put to a solution without tests, and to the reference.

    def steps(rng):
        [item] = words(rng, 1)
        yield step("starts-empty", f"add_item({item!r})", item=item)

    def observe(solution, steps):
        return answers(solution, steps, ASKS)

    ASKS = {"starts-empty": lambda solution, step: solution.add_item(step["item"])}

A step is JSON data that names its behaviour and says in words what is asked. An answer is any
value; ``grader.answers.encode`` says how two of them are compared.
"""

from __future__ import annotations

import functools
import importlib.util
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.answers import Raised
from grader.solution import compile_file

__all__ = ["Raised", "Step", "anew", "answers", "attempt", "step", "words"]

Step = dict[str, Any]
Ask = Callable[[ModuleType, Step], Any]
_compiled = functools.cache(compile_file)
_SYLLABLES = tuple(first + second for first in "bdfgklmnprstvz" for second in "aeiou")


def step(behaviour: str, asked: str, **data: Any) -> Step:
    """Return a question about one behaviour; ``asked`` says it in words, ``data`` is JSON."""
    return {"behaviour": behaviour, "asked": asked, **data}


def words(rng: random.Random, count: int) -> list[str]:
    """Return ``count`` different words; there are too many for a table of answers."""
    found: set[str] = set()
    while len(found) < count:
        found.add("".join(rng.choices(_SYLLABLES, k=3)))
    return rng.sample(sorted(found), count)


def anew(solution: ModuleType) -> ModuleType:
    """Run a solution of one file once more, for instance under virtual time; return its module."""
    spec = solution.__spec__
    assert spec is not None
    assert spec.origin is not None
    module = importlib.util.module_from_spec(spec)
    exec(_compiled(Path(spec.origin)), vars(module))  # noqa: S102  # that is what a solution is for
    return module


def answers(solution: ModuleType, steps: Sequence[Step], asks: Mapping[str, Ask]) -> list[Any]:
    """Return the answer to each step; ``asks`` has what asks it, by its ``ask`` or behaviour."""
    return [attempt(asks[s["ask"] if "ask" in s else s["behaviour"]], solution, s) for s in steps]


def attempt(function: Callable[..., Any], /, *args: object, **kwargs: object) -> Any:
    """Call ``function`` and return what it returned, or a Raised in place of its error."""
    try:
        return function(*args, **kwargs)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is the answer
        return Raised.of(error)
