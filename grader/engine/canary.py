"""Child side: canaries, tests of which an honest run cannot pass both of a pair.

The two claims of a pair contradict each other about one value that the solution gave. Whoever
makes tests pass that should not, by patching what runs them or by values that equal everything,
passes both. They look like the hidden tests around them: in name, marks, file and globals.
"""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any

import pytest

from grader.engine.probing import write_script
from grader.testkit import call, call_raising, expect, expect_that

Pair = tuple[str, str]
Give = Callable[[ModuleType], list[Any]]
# An honest value equals none of these, let alone two.
_RANGE = 10**9
_DEPTH = 3

# Two claims each, of which the second holds for no honest value, whatever the first does: values
# may differ from one test to the next, as a solution may count, or use chance.
_SHAPES: tuple[tuple[str, str], ...] = (
    ("assert {value} is {value}", "assert {value} is not {value}"),
    ("expect({words}, {value}, {one})", "expect({words}, {value}, {other})"),
    ("call(lambda: {value}).gives({one})", "call(lambda: {value}).gives({other})"),
    ("call_raising(LookupError, lambda: {value})", "call_raising(OSError, lambda: {value})"),
    (
        "expect_that({words}, {value} == {one}, {value}, {words})",
        "expect_that({words}, {value} == {other}, {value}, {words})",
    ),
)
# The same about what the solution answers, which is dearer to have.
_SHAPE_OF_ANSWERS = ("assert {one} in {found}", "assert {other} in {found}")
_TOOLS = (call, call_raising, expect, expect_that)
_COMMON = ("result", "items", "first", "second", "found", "made", "subject", "answer")


def add_canaries(
    items: Sequence[pytest.Item], probe: ModuleType | None, dice: random.Random
) -> tuple[list[pytest.Item], list[Pair]]:
    """Return canaries for one problem's hidden tests, and the pairs of their ids."""
    namesakes = _names([item.name for item in items], dice)
    made: list[pytest.Item] = []
    pairs: list[Pair] = []
    for shape in (*_SHAPES, _SHAPE_OF_ANSWERS):
        model = dice.choice(items)
        asked = probe if shape is _SHAPE_OF_ANSWERS else None
        fields = _fields(model, dice, of_answers=asked is not None)
        give = _answers(asked, dice) if asked else _names_in
        pair = [_item(model, next(namesakes), claim, fields, give) for claim in shape]
        made += pair
        pairs.append((pair[0].nodeid, pair[1].nodeid))
    return made, pairs


def _names(known: Sequence[str], dice: random.Random) -> Iterator[str]:
    """Yield names made of the words of the real ones."""
    plain = [re.sub(r"\[.*", "", name).split("_")[1:] for name in known]
    taken = {re.sub(r"\[.*", "", name) for name in known}
    while True:
        first, second = dice.choice(plain), dice.choice(plain)
        words = [*first[: len(first) // 2 + 1], *second[len(second) // 2 :]]
        while (name := "_".join(["test", *words])) in taken:
            words.append(dice.choice(dice.choice(plain) or ["again"]))
        taken.add(name)
        yield name


def _fields(model: pytest.Item, dice: random.Random, *, of_answers: bool) -> dict[str, str]:
    """Return what fills a shape: names as tests have them, words, and markers that differ."""
    own = _function(model).__code__.co_varnames
    taken = {tool.__name__ for tool in _TOOLS} | {"solution"}
    names = dice.sample(sorted({*own, *_COMMON} - taken), 3)
    one, other = dice.sample(range(_RANGE), 2)
    # The names that a solution defines are texts: one of the same type is not known by it.
    make = dice.choice(_MARKERS) if of_answers else _word
    return {
        **dict(zip(("give", "found", "value"), names, strict=True)),
        "one": make(one),
        "other": make(other),
        "words": repr(" ".join(dice.sample(names, 2))),
    }


def _word(number: int) -> str:
    """Return a text, as Python writes it, that no solution has."""
    return repr(f"_{number:x}")


_MARKERS: tuple[Callable[[int], str], ...] = (
    repr,
    _word,
    lambda number: f"[{number}]",
    lambda number: f"({number}, {number % 7})",
)


def _item(
    model: pytest.Item, name: str, claim: str, fields: dict[str, str], give: Give
) -> pytest.Item:
    """Return a test in the file of ``model``, with its marks, that makes a claim."""
    body = "{found} = {give}(solution)\n    {value} = {found}[-1]\n    " + claim
    tools = ", ".join(tool.__name__ for tool in _TOOLS)
    text = (
        "def make({give}, " + tools + "):\n  def test(solution):\n    " + body + "\n  return test"
    )
    scope: dict[str, Any] = {}
    code = compile(text.format(**fields), str(model.path), "exec")
    exec(code, _function(model).__globals__, scope)  # noqa: S102  # our own words
    function = scope["make"](give, *_TOOLS)
    function.__name__ = function.__qualname__ = name
    parent = model.getparent(pytest.Module)
    assert parent is not None
    for mark in model.iter_markers("behaviour"):
        pytest.mark.behaviour(*mark.args)(function)
    item = pytest.Function.from_parent(parent, name=name, callobj=function)
    item.ihook.pytest_itemcollected(item=item)
    return item


def _function(item: pytest.Item) -> FunctionType:
    """Return the function that a test calls."""
    function = inspect.unwrap(item.obj)  # type: ignore[attr-defined]  # a Function has one
    found: FunctionType = getattr(function, "__func__", function)
    return found


def _names_in(solution: ModuleType) -> list[Any]:
    """Return the names that a solution defines."""
    return list(vars(solution))


def _answers(probe: ModuleType, dice: random.Random) -> Give:
    """Return what takes values from a solution: its answers to a question about each behaviour."""
    script = write_script(probe, [dice.randrange(_RANGE)])
    steps = [dice.choice(rounds[0]) for rounds in script.values()]

    def give(solution: ModuleType) -> list[Any]:
        return list(_pieces(probe.observe(solution, steps), _DEPTH))

    return give


def _pieces(value: Any, depth: int) -> Iterator[Any]:
    """Yield the values in plain containers, at every depth."""
    kind = type(value)
    if not depth or kind not in (list, tuple, dict):
        yield value
    else:
        for entry in value.values() if kind is dict else value:
            yield from _pieces(entry, depth - 1)
