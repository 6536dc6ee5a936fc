"""Memory that grows without end, told from memory that levels off."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.solution import Solution
from grader.testkit.allocation import growth
from grader.testkit.calls import Mismatch

leaks: Any = Solution(Path(__file__).with_name("leaks.py"), "leaks", lambda error: False).load()

Subject = Callable[[], Callable[[], object]]


@pytest.mark.parametrize("subject", leaks.LEAKING, ids=lambda subject: subject.__name__)
def test_what_grows_with_every_call_is_a_leak(subject: Subject) -> None:
    with pytest.raises(Mismatch, match="bytes more with each call, in every round"):
        growth(subject()).expect_none("it")


@pytest.mark.parametrize("subject", leaks.CLEAN, ids=lambda subject: subject.__name__)
def test_what_levels_off_is_none(subject: Subject) -> None:
    growth(subject()).expect_none("it")


@pytest.mark.parametrize("is_tracing", [True, False])
def test_tracing_and_collection_are_as_they_were(is_tracing: bool) -> None:
    def fail() -> None:
        raise ValueError

    if is_tracing:
        tracemalloc.start()
        gc.disable()
    try:
        with pytest.raises(ValueError, match=r"^$"):
            growth(fail)

        assert (tracemalloc.is_tracing(), gc.isenabled()) == (is_tracing, not is_tracing)
    finally:
        gc.enable()
        tracemalloc.stop()
