"""The examples of the statement."""

import pytest

from grader.testkit import call, call_raising


@pytest.mark.behaviour("within")
def test_clamp(solution):
    call(solution.clamp, 35, 5, 30).gives(30)
    call(solution.clamp, -10, 5, 30).gives(5)
    call(solution.clamp, 21, 5, 30).gives(21)
    call(solution.clamp, 21, None, 30).gives(21)
    call_raising(ValueError, solution.clamp, 21, 30, 5)
