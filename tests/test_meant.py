"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.meant import suggestion


class Cart:
    def __init__(self) -> None:
        self.items = [1]
        self._total = 0

    def bad_getattr(self) -> None: ...


class Hostile:
    def __dir__(self) -> list[str]:
        raise SystemExit


def misspelt_local() -> None:
    prices = [1]
    prices.append(pirces)  # type: ignore[name-defined]  # noqa: F821  # it is what is tested


CASES: list[tuple[Callable[[], Any], str]] = [
    (lambda: Cart().itms, ". Did you mean: 'items'?"),  # type: ignore[attr-defined]
    (lambda: Cart()._totl, ". Did you mean: '_total'?"),  # type: ignore[attr-defined]
    (lambda: Cart().total_, ""),  # type: ignore[attr-defined]
    (lambda: Cart().__qualnam__, ""),  # type: ignore[attr-defined]
    (lambda: Cart().colour, ""),  # type: ignore[attr-defined]
    (lambda: Hostile().items, ""),  # type: ignore[attr-defined]
    (lambda: None.get, ""),  # type: ignore[attr-defined]
    (misspelt_local, ". Did you mean: 'prices'?"),
    (lambda: pritn("a"), ". Did you mean: 'print'?"),  # type: ignore[name-defined]  # noqa: F821
    (lambda: int("a"), ""),
]


@pytest.mark.parametrize(("fails", "text"), CASES, ids=map(str, range(len(CASES))))
def test_a_name_that_comes_near_is_suggested(fails: Callable[[], Any], text: str) -> None:
    with pytest.raises((AttributeError, NameError, ValueError)) as caught:
        fails()

    assert suggestion(caught.value) == text
