"""Dataclasses whose methods were compiled before are those that they would have been."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import pytest

from grader.engine import dataclass_cache

SOURCE = """
from dataclasses import dataclass, field

@dataclass(frozen=True, order=True, slots={slots})
class Point:
    x: int
    y: object = {default!r}
    tags: list = field(default_factory=list)
"""


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Keep what is compiled from here on; return what counts it."""
    cache = functools.cache(dataclass_cache._compiled.__wrapped__)
    monkeypatch.setattr(dataclass_cache, "_compiled", cache)
    monkeypatch.setattr(dataclasses, "exec", exec, raising=False)
    dataclass_cache.keep_compiled()
    return lambda: cache.cache_info().misses


def point_class(default: Any = 0, *, slots: bool = False) -> Any:
    names = {"__name__": __name__}
    exec(SOURCE.format(default=default, slots=slots), names)  # noqa: S102
    return names["Point"]


def test_the_same_class_is_compiled_once(compiled: Callable[[], int]) -> None:
    point_class()
    after_one = compiled()
    point_class()

    assert after_one > 0, "dataclasses compile by `exec` no longer: the cache does nothing"
    assert compiled() == after_one


@pytest.mark.usefixtures("compiled")
def test_classes_that_read_alike_share_nothing() -> None:
    first, second = point_class(1), point_class("one")

    assert (first(0).y, second(0).y) == (1, "one")
    assert first.__init__ is not second.__init__
    assert first(0) != second(0)
    assert first(0).tags is not first(0).tags


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("slots", [False, True])
def test_a_class_is_no_other(monkeypatch: pytest.MonkeyPatch, *, slots: bool) -> None:
    kept = [point_class(slots=slots) for _ in range(2)][1]
    monkeypatch.setattr(dataclasses, "exec", exec)
    plain = point_class(slots=slots)

    for point in (kept, plain):
        assert repr(point(1, 2)) == "Point(x=1, y=2, tags=[])"
        assert point(1) < point(2)
        assert hash(point(1, 2, ())) == hash((1, 2, ()))
        with pytest.raises(dataclasses.FrozenInstanceError):
            point(1).x = 2
    assert kept.__init__.__code__ == plain.__init__.__code__
    assert kept.__init__.__annotations__ == plain.__init__.__annotations__
