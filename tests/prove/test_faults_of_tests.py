"""A test, or what is declared of a problem, is wrong in exactly one way."""

from __future__ import annotations

from collections.abc import Callable

KIND = "tests"


def test_a_folder_wrong_in_one_way_is_told_exactly_that(
    overlay: str, is_told: Callable[[str], None]
) -> None:
    is_told(overlay)
