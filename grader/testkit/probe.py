"""For ``probe.py``: questions that are put to a solution without tests, and to the reference.

    def steps(rng):
        item = rng.choice(WORDS)
        yield step("starts-empty", f"add_item({item!r})", item=item)

    def observe(solution, steps):
        return answers(solution, steps, ASKS)

    ASKS = {"starts-empty": lambda solution, step: solution.add_item(step["item"])}

A step is JSON data that names its behaviour and says in words what is asked. An answer is any
value; ``grader.answers.encode`` says how two of them are compared.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from grader.answers import Raised

__all__ = ["WORDS", "Raised", "Step", "answers", "attempt", "step", "words"]

Step = dict[str, Any]
Ask = Callable[[ModuleType, Step], Any]
WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty"),
    *("kayak", "larch", "maple", "north", "otter", "plaza", "quill", "raven", "sable", "tulip"),
)


def step(behaviour: str, asked: str, **data: Any) -> Step:
    """Return a question about one behaviour; ``asked`` says it in words, ``data`` is JSON."""
    return {"behaviour": behaviour, "asked": asked, **data}


def words(rng: random.Random, count: int) -> list[str]:
    """Return ``count`` different words."""
    return rng.sample(WORDS, count)


def answers(solution: ModuleType, steps: Sequence[Step], asks: Mapping[str, Ask]) -> list[Any]:
    """Return the answer to each step; ``asks`` has what asks it, by its ``ask`` or behaviour."""
    return [attempt(asks[s["ask"] if "ask" in s else s["behaviour"]], solution, s) for s in steps]


def attempt(function: Callable[..., Any], /, *args: object, **kwargs: object) -> Any:
    """Call ``function`` and return what it returned, or a Raised in place of its error."""
    try:
        return function(*args, **kwargs)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is the answer
        return Raised.of(error)
