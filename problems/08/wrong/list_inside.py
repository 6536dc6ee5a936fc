"""Thinks that a generator is lazy whatever it does inside."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any


def parse_row(raw: Any) -> tuple[Any, ...]:
    return tuple(field.decode() if isinstance(field, bytes) else field for field in raw)


def _records(open_source: Callable[[], Any]) -> Iterator[tuple[Any, ...]]:
    with closing(open_source()) as source:
        rows = [parse_row(raw) for raw in source if raw is not None]
    yield from rows


def read_records(open_source: Callable[[], Any], *, batch_size: int) -> Iterator[list[Any]]:
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError("batch_size must be an integer of at least 1")
    return _batches(open_source, batch_size)


def _batches(open_source: Callable[[], Any], size: int) -> Iterator[list[Any]]:
    rows = list(_records(open_source))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


class LazyLoader:
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self._open_source = open_source

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return _records(self._open_source)


def stream_csv(open_source: Callable[[], Any]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    with closing(_records(open_source)) as records:
        for record in records:
            writer.writerow(record)
            yield line.getvalue()
            line.seek(0)
            line.truncate()
