"""What hypothesis draws does not depend on the modules that happen to be there."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.internal import constants_ast
from hypothesis.internal.conjecture import providers

from grader.draws import draw_no_constants_of_modules

RARE = 918_273_645_546_372


def drawn() -> list[int]:
    found: list[int] = []

    @settings(max_examples=300, derandomize=True, database=None)
    @given(st.integers(0, 10**15))
    def collect(number: int) -> None:
        found.append(number)

    collect()
    return found


@pytest.fixture
def constant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let hypothesis find a module with a constant of its own."""
    constants = constants_ast.Constants(integers={RARE})
    monkeypatch.setattr(providers, "_get_local_constants", lambda: constants)
    monkeypatch.setattr(providers, "CONSTANTS_CACHE", type(providers.CONSTANTS_CACHE)(100))


@pytest.mark.usefixtures("constant")
def test_constants_of_modules_are_not_drawn() -> None:
    assert RARE in drawn(), "hypothesis draws them no longer: draws.py has nothing left to do"
    providers.CONSTANTS_CACHE.cache.clear()

    draw_no_constants_of_modules()

    assert RARE not in drawn()


def test_where_hypothesis_was_not_imported_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "hypothesis.internal.conjecture.providers")

    draw_no_constants_of_modules()

    assert "hypothesis.internal.conjecture.providers" not in sys.modules


def test_a_hypothesis_that_works_otherwise_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    other = ModuleType("providers")
    monkeypatch.setitem(sys.modules, "hypothesis.internal.conjecture.providers", other)

    draw_no_constants_of_modules()

    assert not hasattr(other, "_get_local_constants")
