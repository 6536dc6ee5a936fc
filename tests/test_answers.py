"""Answers keep types apart and believe nothing that a value says of itself."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

import pytest

from grader.answers import Raised, canonical, encode, in_words


class AlwaysEqual(int):
    """Equal to everything, and everything to look at."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__

    def __int__(self) -> int:
        return 42

    __index__ = __int__

    def __repr__(self) -> str:
        return "42"


class Liar:
    """Says that it is a number."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return int


class FakeList(list[int]):
    def __iter__(self) -> Any:
        return iter([1, 2, 3])

    def __len__(self) -> int:
        return 3


DIFFERENT: list[Any] = [
    *(None, True, False, 0, 1, 1.0, 0.0, "1", "", b"1", float("nan"), float("inf")),
    *([], [1], [1.0], [True], (), (1,), ((1,),), {}, {1: 2}, {"1": 2}, set(), {1}),
    *(Raised("ValueError"), Raised("KeyError"), "ValueError", object()),
]


def test_values_of_different_types_have_different_answers() -> None:
    texts = [canonical(encode(value)) for value in DIFFERENT]

    assert len(set(texts)) == len(DIFFERENT)


def test_answers_survive_json() -> None:
    answers = [encode(value) for value in DIFFERENT]

    again = json.loads(json.dumps(answers))

    assert [canonical(answer) for answer in again] == [canonical(answer) for answer in answers]


@pytest.mark.parametrize(
    ("value", "base"),
    [
        (AlwaysEqual(7), 7),
        (FakeList([9]), [9]),
        (OrderedDict(a=1), {"a": 1}),
        (bytearray(b"x"), b"x"),
        (frozenset({2, 1}), {1, 2}),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_subclass_counts_as_what_it_holds(value: object, base: object) -> None:
    assert canonical(encode(value)) == canonical(encode(base))


def test_what_a_value_says_of_its_class_is_not_believed() -> None:
    assert encode(Liar()) == {"object": "Liar"}


def test_a_long_text_is_told_by_its_digest() -> None:
    one, other = "x" * 1_000_000, "x" * 999_999 + "y"

    assert canonical(encode(one)) != canonical(encode(other))
    assert len(canonical(encode(one))) < 1_000


def test_depth_ends_somewhere() -> None:
    endless: list[Any] = []
    endless.append(endless)

    assert "nested too deep" in canonical(encode(endless))


def test_an_error_is_named_by_its_nearest_known_class() -> None:
    class Mine(KeyError):
        pass

    assert Raised.of(Mine()) == Raised("KeyError")
    assert Raised.of(ZeroDivisionError()) == Raised("ZeroDivisionError")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        ("tea", "'tea'"),
        ([1, 2.0], "[1, 2.0]"),
        ((1,), "(1,)"),
        ({"a": (1, 2)}, "{'a': (1, 2)}"),
        ({1}, "{1}"),
        (set(), "set()"),
        (b"x", "b'x'"),
        (Raised("ValueError"), "ValueError raised"),
        (object(), "<object object>"),
        ("x" * 501, f"{'x' * 100!r} … (501 characters)"),
    ],
)
def test_an_answer_reads_as_a_person_would_write_it(value: object, words: str) -> None:
    assert in_words(encode(value)) == words


@pytest.mark.parametrize("forged", [{}, {"tuple": 7}, {"dict": [[1]]}, {"a": 1, "b": 2}])
def test_a_forged_answer_has_words_as_well(forged: object) -> None:
    assert in_words(forged)
