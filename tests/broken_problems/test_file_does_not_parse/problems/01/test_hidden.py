"""Hidden tests of 01 · Clamp."""

from fractions import Fraction

import pytest

from grader.testkit import call, call_raising

behaviour = pytest.mark.behaviour


@behaviour("within")
@pytest.mark.parametrize("value", [1, 3, 5])
def test_a_value_within_the_bounds_comes_back(solution, value):
    call(solution.clamp, value, 1, 5).gives(value)


@behaviour("below")
def test_a_value_below_comes_back_as_the_lower_bound(solution):
    call(solution.clamp, -7, 1, 5).gives(1)


@behaviour("above")
def test_a_value_above_comes_back_as_the_upper_bound(solution):
    call(solution.clamp, 7, 1, 5).gives(5)


@behaviour("open")
def test_none_is_no_bound(solution):
    call(solution.clamp, -7, None, 5).gives(-7)
    call(solution.clamp, 7, 1, None).gives(7)
    call(solution.clamp, 3, None, None).gives(3)


@behaviour("open")
def test_zero_is_a_bound(solution)
    call(solution.clamp, -7, 0, 5).gives(0)


@behaviour("crossed")
def test_crossed_bounds_raise(solution):
    call_raising(ValueError, solution.clamp, 3, 5, 1)


@behaviour("very-object")
def test_the_very_object_comes_back(solution):
    value = Fraction(7, 2)
    call(solution.clamp, value, Fraction(1), Fraction(5)).gives_object(value, "the value")
