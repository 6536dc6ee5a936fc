"""Thinks any iterator will do, even one that cannot be closed."""

import csv
import io
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import Any


def parse_row(raw: Any) -> tuple[Any, ...]:
    return tuple(field.decode() if isinstance(field, bytes) else field for field in raw)


def _records(open_source: Callable[[], Any]) -> Generator[tuple[Any, ...], None, None]:
    source = open_source()
    try:
        for raw in source:
            if raw is not None:
                yield parse_row(raw)
    finally:
        source.close()


def read_records(open_source: Callable[[], Any], *, batch_size: int) -> Iterator[list[Any]]:
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError("batch_size must be an integer of at least 1")
    return _batches(open_source, batch_size)


def _batches(open_source: Callable[[], Any], size: int) -> Iterator[list[Any]]:
    with closing(_records(open_source)) as records:
        while True:
            batch = []
            failure = None
            try:
                for record in islice(records, size):
                    batch.append(record)
            except Exception as error:
                failure = error
            is_last = len(batch) < size
            if batch:
                yield batch
            if failure is not None:
                raise failure
            if is_last:
                return


class LazyLoader:
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self._open_source = open_source

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return map(tuple, _records(self._open_source))


def stream_csv(open_source: Callable[[], Any]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    with closing(_records(open_source)) as records:
        for record in records:
            writer.writerow(record)
            yield line.getvalue()
            line.seek(0)
            line.truncate()
