"""Whether two values are the same, how they are shown side by side, and where they differ."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from grader.testkit.same import aligned, difference, same

LONG = "a text that is too long to be compared at a glance"


def test_keys_are_shown_in_the_order_of_those_expected() -> None:
    found = {"b": [{"y": 1, "x": 2}], "surplus": 3, "a": ({"q": 4, "p": 5},)}
    expected = {"a": ({"p": 5, "q": 4},), "b": [{"x": 2, "y": 1}], "missing": 6}

    shown = aligned(found, expected)

    assert repr(shown) == "{'a': ({'p': 5, 'q': 4},), 'b': [{'x': 2, 'y': 1}], 'surplus': 3}"
    assert shown == found


def test_a_key_is_shown_as_it_was_found() -> None:
    assert repr(aligned({True: "a"}, {1: "a"})) == "{True: 'a'}"


def test_what_is_no_plain_container_stays_the_very_object() -> None:
    found = OrderedDict(b=1, a=2)

    assert aligned(found, {"a": 2, "b": 1}) is found


@pytest.mark.parametrize(
    ("found", "expected", "text"),
    [
        ({"age": "30"}, {"age": 30}, "at ['user']['age']: '30' instead of 30"),
        ({}, {"age": 30}, "at ['user']['age']: nothing instead of 30"),
        ({"x": 1}, {}, "at ['user']['x']: 1 instead of nothing"),
        ([1, 2], [1], "at ['user'][1]: 2 instead of nothing"),
        ([1], [1, None], "at ['user'][1]: nothing instead of None"),
        ((1, True), (1, 1), "at ['user'][1]: True instead of 1"),
        ([1], (1,), "at ['user']: [1] instead of (1,)"),
    ],
)
def test_the_first_difference_is_named(found: object, expected: object, text: str) -> None:
    said = difference({"note": LONG, "user": found}, {"note": LONG, "user": expected})

    assert said == text


@pytest.mark.parametrize(
    ("found", "expected"),
    [([60.0], [0.0]), ({}, {"note": LONG}), (LONG, LONG + "!"), (None, [LONG])],
    ids=["short", "one is short", "texts", "another kind"],
)
def test_what_a_glance_shows_is_not_said(found: object, expected: object) -> None:
    assert difference(found, expected) == ""


def test_values_of_two_kinds_are_not_the_same() -> None:
    assert not same([1], (1,))
    assert same({"a": [1, (2,)]}, {"a": [1, (2,)]})
