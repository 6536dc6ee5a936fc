"""Five tests; a vice sits in ``shout``, which is called by the third."""

import pytest

from grader.testkit import call

behaviour = pytest.mark.behaviour


@behaviour("doubles")
def test_doubles_a_number(solution):
    call(solution.double, 3).gives(6)


@behaviour("doubles")
def test_doubles_a_text(solution):
    call(solution.double, "ab").gives("abab")


@behaviour("shouts")
def test_shouts(solution):
    call(solution.shout, "hello").gives("HELLO!")


@behaviour("adds")
def test_adds(solution):
    call(solution.add, 1, 2).gives(3)


@behaviour("greets")
def test_greets(solution):
    call(solution.greet, "Ada").gives("Hello, Ada!")
