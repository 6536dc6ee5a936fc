"""A chain of built-in iterators behind one facade whose close is a ``weakref.finalize``."""

import csv
import io
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import filterfalse
from operator import is_
from typing import Any


def parse_row(raw: Any) -> tuple[Any, ...]:
    return tuple([field.decode() if isinstance(field, bytes) else field for field in raw])


class Opened:
    """A source that is opened by the first read, and can be closed for ever."""

    def __init__(self, open_source: Callable[[], Any]) -> None:
        self.open_source = open_source
        self.source: Any = None
        self.is_over = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self.is_over:
            raise StopIteration
        try:
            if self.source is None:
                self.source = self.open_source()
            return next(self.source)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.is_over = True
        if self.source is not None:
            self.source.close()


class Pipeline:
    """What consumers hold: its items, and a close that also runs when it is dropped."""

    def __init__(self, open_source: Callable[[], Any], *steps: Callable[[Any], Any]) -> None:
        self.opened = Opened(open_source)
        self.items: Any = map(parse_row, filterfalse(partial(is_, None), self.opened))
        for step in steps:
            self.items = step(self.items)
        self.close = weakref.finalize(self, self.opened.close)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if not self.close.alive:
            raise StopIteration
        try:
            return next(self.items)
        except BaseException:
            self.close()
            raise


def in_batches(size: int, records: Iterator[Any]) -> Iterator[list[Any]]:
    while True:
        batch: list[Any] = []
        error: Exception | None = None
        try:
            while len(batch) != size:
                batch += [next(records)]
        except Exception as stop:
            error = stop
        if batch:
            yield batch
        del batch
        if isinstance(error, StopIteration):
            return
        if error is not None:
            raise error


def read_records(open_source: Callable[[], Any], *, batch_size: int) -> Pipeline:
    usable = False
    with suppress(TypeError):
        usable = batch_size >= 1 and isinstance(batch_size, int)
    if not usable:
        raise ValueError("batch_size")
    return Pipeline(open_source, partial(in_batches, batch_size))


class LazyLoader:
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self.iterate = partial(Pipeline, open_source)

    def __iter__(self) -> Pipeline:
        return self.iterate()


def stream_csv(open_source: Callable[[], Any]) -> Pipeline:
    return Pipeline(open_source, partial(map, as_line))


def as_line(record: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(record)
    return buffer.getvalue()
