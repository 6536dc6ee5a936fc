"""The words with which hidden tests call solutions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from grader.testkit import Mismatch, call, call_as, call_async, call_raising, expect, expect_that
from grader.testkit.same import same


def double(number: int) -> int:
    return number * 2


def fail(error: BaseException) -> None:
    raise error


def said(*lines: str) -> str:
    """Return a pattern that matches exactly these lines."""
    return re.escape("\n".join(lines)) + "$"


def test_a_call_that_gives_what_was_expected_passes() -> None:
    call(double, 2).gives(4)


def test_a_call_that_gives_something_else_says_all_three() -> None:
    lines = ("Called     double(2)", "Returned   4", "Expected   5")

    with pytest.raises(Mismatch, match=said(*lines)) as caught:
        call(double, 2).gives(5)

    assert caught.value.function is double


def test_an_equal_object_is_not_the_very_object() -> None:
    lines = ("Called     list(())", "Returned   []")

    with pytest.raises(Mismatch, match=re.escape("\n".join(lines))):
        call(list, ()).gives_object([], "the list that was passed")


def test_the_very_object_is_accepted() -> None:
    mine: list[int] = []

    call(lambda: mine).gives_object(mine, "the list that was passed")


def test_arguments_are_written_down_before_the_call_changes_them() -> None:
    def empty(items: list[int]) -> None:
        items.clear()

    assert call(empty, [1]).text == "empty([1])"


def test_a_decorated_function_is_called_by_the_name_given() -> None:
    assert call_as("visit", double, number=1).text == "visit(number=1)"


def test_a_callable_without_a_name_is_shown() -> None:
    class Doubler:
        def __call__(self, number: int) -> int:
            return 2 * number

        def __repr__(self) -> str:
            return "doubler"

    assert call(Doubler(), 1).text == "doubler(1)"


def test_an_error_passes_through_with_a_note_of_the_innermost_call() -> None:
    error = ValueError("no")

    with pytest.raises(ValueError, match="no") as caught:
        call(lambda: call(fail, error))

    assert caught.value is error
    assert error.__notes__ == ["Called     fail(ValueError('no'))"]


def test_the_error_that_was_asked_for_is_returned() -> None:
    error = KeyError("k")

    assert call_raising(LookupError, fail, error) is error


def test_another_error_than_asked_for_passes_through_and_says_so() -> None:
    with pytest.raises(KeyError) as caught:
        call_raising(ValueError, fail, KeyError("k"))

    assert caught.value.__notes__[1] == "Expected   ValueError"


def test_no_error_where_one_was_asked_for_is_a_mismatch() -> None:
    with pytest.raises(Mismatch, match="Expected   ValueError to be raised"):
        call_raising(ValueError, double, 1)


def test_what_is_still_to_do_never_counts_as_the_error_asked_for() -> None:
    with pytest.raises(NotImplementedError):
        call_raising(RuntimeError, fail, NotImplementedError())


async def test_a_coroutine_function_is_awaited() -> None:
    async def later(number: int) -> int:
        return number

    called = await call_async(later, 3)

    called.gives(3)
    assert called.text == "await later(3)"


async def test_a_plain_function_where_a_coroutine_was_expected_is_a_mismatch() -> None:
    with pytest.raises(Mismatch, match="Expected   an awaitable"):
        await call_async(double, 3)


async def test_an_error_in_a_coroutine_passes_through_with_a_note() -> None:
    async def later() -> None:
        raise ValueError

    with pytest.raises(ValueError, match="await later") as caught:
        await call_async(later)

    assert caught.value.__notes__ == ["Called     await later()"]


def test_expect_says_what_was_checked() -> None:
    lines = ("Checked    the cart", "Found      []", "Expected   [1]")

    with pytest.raises(Mismatch, match=said(*lines)):
        expect("the cart", [], [1])


def test_expect_that_takes_the_expectation_in_words() -> None:
    with pytest.raises(Mismatch, match="Expected   an odd number"):
        expect_that("the number", holds=False, found=2, expected="an odd number")


@pytest.mark.parametrize(
    ("found", "expected", "answer"),
    [
        (1, 1, True),
        (True, 1, False),
        (1, True, False),
        (1.0, 1, False),
        ([1, (2,)], [1, (2,)], True),
        ([True], [1], False),
        ([1, 2], [1], False),
        ({"a": [1]}, {"a": [1]}, True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"a": True}, {"a": 1}, False),
        (None, 0, False),
    ],
    ids=str,
)
def test_values_are_the_same_if_equal_and_of_one_type(
    found: object, expected: object, answer: bool
) -> None:
    assert same(found, expected) is answer


def test_a_subclass_counts_as_its_base() -> None:
    class Names(list[Any]):
        pass

    assert same(Names("a"), ["a"])
