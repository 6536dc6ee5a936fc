"""Five functions that leak and four that do not: samples for the tools that look for leaks."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

Function = Callable[[], object]


def unbounded_cache() -> Function:
    cache: dict[int, bytearray] = {}
    numbers = itertools.count()
    return lambda: cache.setdefault(next(numbers), bytearray(200))


def listeners() -> Function:
    heard: list[Function] = []
    return lambda: heard.append(lambda: None)


def cache_on_a_method() -> Function:
    class Service:
        def __init__(self) -> None:
            self.data = bytearray(200)

        @functools.lru_cache(maxsize=None)  # noqa: B019, UP033  # this is the leak
        def answer(self) -> int:
            return 1

    return lambda: Service().answer()


def stored_errors() -> Function:
    errors: list[Exception] = []

    def fail() -> None:
        data = bytearray(200)
        try:
            raise ValueError(len(data))  # noqa: TRY301  # where it is raised is the leak
        except ValueError as error:
            errors.append(error)

    return fail


def every_tenth_call() -> Function:
    kept: list[bytearray] = []
    numbers = itertools.count()

    def keep() -> None:
        if next(numbers) % 10 == 0:
            kept.append(bytearray(200))

    return keep


def bounded_cache() -> Function:
    @functools.lru_cache(maxsize=128)
    def data(_number: int) -> bytearray:
        return bytearray(200)

    numbers = itertools.count()
    return lambda: data(next(numbers))


def cyclic_garbage() -> Function:
    class Node:
        other: Any = None

    def make() -> None:
        one, two = Node(), Node()
        one.other, two.other = two, one

    return make


def nothing_kept() -> Function:
    return lambda: [number * number for number in range(100)]


def few_keys() -> Function:
    values: dict[int, object] = {}
    numbers = itertools.count()

    def put() -> None:
        values[next(numbers) % 37] = object()

    return put


LEAKING = (unbounded_cache, listeners, cache_on_a_method, stored_errors, every_tenth_call)
CLEAN = (bounded_cache, cyclic_garbage, nothing_kept, few_keys)
