"""Text made from values nobody vouches for."""

from __future__ import annotations

import pytest

from grader.text import printable, safe_repr, safe_str, shorten


class Raises:
    def __repr__(self) -> str:
        raise ValueError


class Exits:
    def __repr__(self) -> str:
        raise SystemExit


class Long:
    def __repr__(self) -> str:
        return "x" * 1_000_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Raises(), "<Raises object whose text raised ValueError>"),
        (Exits(), "<Exits object whose text raised SystemExit>"),
    ],
    ids=["error", "exit"],
)
def test_a_repr_that_raises_is_described(value: object, text: str) -> None:
    assert safe_repr(value) == text


def test_a_long_repr_keeps_head_and_tail() -> None:
    text = safe_repr(Long(), 100)

    assert len(text) == 100
    assert " … " in text


def test_an_address_is_left_out() -> None:
    assert safe_repr(object()) == "<object object>"


def test_a_function_is_shown_by_its_signature() -> None:
    def find(name: str, limit: int = 3) -> None: ...

    assert safe_repr(find) == "find(name: 'str', limit: 'int' = 3) -> 'None'"


def test_str_of_an_error_that_raises_is_described() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise KeyError

    assert safe_str(Odd()) == "<Odd object whose text raised KeyError>"


def test_short_text_stays_as_it_is() -> None:
    assert shorten("abc", 3) == "abc"


def test_control_characters_are_escaped_but_newline_and_tab() -> None:
    assert printable("a\x1b[31m\r\n\tb\ud800\u202e") == "a\\x1b[31m\\x0d\n\tb\\xd800\\x202e"


def test_a_class_is_shown_by_its_name() -> None:
    assert safe_repr({Raises: KeyError}) == "{Raises: KeyError}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<problems.10.test_hidden.Reply object at 0x7f00>", "<Reply object>"),
        ("<problems.10.test_hidden.test_any.<locals>.Reply object>", "<Reply object>"),
        ("test_any.<locals>.keep() got 3", "keep() got 3"),
        ("<grader.testkit.recording.Connector object>", "<Connector object>"),
        (
            "<Task coro=<work() done, defined at /kata/problems/07/test_hidden.py:5>>",
            "<Task coro=<work() done>>",
        ),
        ("<Task coro=<run() running at p10_x.py:5>>", "<Task coro=<run() running at p10_x.py:5>>"),
    ],
)
def test_in_which_test_something_stands_is_not_told(text: str, shown: str) -> None:
    assert safe_str(text) == shown
