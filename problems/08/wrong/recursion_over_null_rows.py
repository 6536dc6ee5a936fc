"""Thinks the next row after a null row is best asked of the same method."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any


def parse_row(raw: Any) -> tuple[Any, ...]:
    return tuple(field.decode() if isinstance(field, bytes) else field for field in raw)


class _Records:
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self._open_source = open_source
        self._source: Any = None
        self._ended = False

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self

    def __next__(self) -> tuple[Any, ...]:
        if self._ended:
            raise StopIteration
        try:
            if self._source is None:
                self._source = self._open_source()
            raw = next(self._source)
            return next(self) if raw is None else parse_row(raw)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._ended = True
        if self._source is not None:
            self._source.close()

    def __del__(self) -> None:
        self.close()


def read_records(open_source: Callable[[], Any], *, batch_size: int) -> Iterator[list[Any]]:
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError("batch_size must be an integer of at least 1")
    return _batches(open_source, batch_size)


def _batches(open_source: Callable[[], Any], size: int) -> Iterator[list[Any]]:
    with closing(_Records(open_source)) as records:
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
        return _Records(self._open_source)


def stream_csv(open_source: Callable[[], Any]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    with closing(_Records(open_source)) as records:
        for record in records:
            writer.writerow(record)
            yield line.getvalue()
            line.seek(0)
            line.truncate()
