"""Thinks whoever asks again after an error wants the row behind it."""

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
            while (raw := next(self._source)) is None:
                pass
            return parse_row(raw)
        except (StopIteration, KeyboardInterrupt, SystemExit):
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
    return _Batches(_Records(open_source), batch_size)


class _Batches:
    def __init__(self, records: Any, size: int) -> None:
        self._records = records
        self._size = size
        self._failure: Any = None

    def __iter__(self) -> Iterator[list[Any]]:
        return self

    def __next__(self) -> list[Any]:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        batch = []
        try:
            for record in islice(self._records, self._size):
                batch.append(record)
        except Exception as error:
            if not batch:
                raise
            self._failure = error
        if not batch:
            raise StopIteration
        return batch

    def close(self) -> None:
        self._failure = None
        self._records.close()


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
