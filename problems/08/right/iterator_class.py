"""Everything is an iterator class with a state, a close and a finaliser; no generator anywhere."""

import csv
from collections.abc import Callable
from typing import Any


def parse_row(raw: Any) -> tuple[Any, ...]:
    fields = list(raw)
    for index, field in enumerate(fields):
        if isinstance(field, bytes):
            fields[index] = str(field, "utf-8")
    return tuple(fields)


class RecordIterator:
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self.open_source: Any = open_source
        self.source: Any = None

    def __iter__(self) -> "RecordIterator":
        return self

    def __next__(self) -> tuple[Any, ...]:
        try:
            if self.open_source is not None:
                open_source, self.open_source = self.open_source, None
                self.source = open_source()
            if self.source is None:
                raise StopIteration
            raw = next(self.source)
            while raw is None:
                raw = next(self.source)
            return parse_row(raw)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.open_source = None
        source, self.source = self.source, None
        if source is not None:
            source.close()

    __del__ = close


class BatchIterator:
    def __init__(self, records: RecordIterator, batch_size: int) -> None:
        self.records = records
        self.batch_size = batch_size
        self.failure: Exception | None = None

    def __iter__(self) -> "BatchIterator":
        return self

    def __next__(self) -> list[tuple[Any, ...]]:
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        batch: list[tuple[Any, ...]] = []
        while len(batch) < self.batch_size:
            try:
                batch.append(next(self.records))
            except StopIteration:
                break
            except Exception as error:
                if not batch:
                    raise
                self.failure = error
                break
        if batch:
            return batch
        raise StopIteration

    def close(self) -> None:
        self.failure = None
        self.records.close()


class Echo:
    """Hand back what is written, which the writer then returns."""

    def write(self, text: str) -> str:
        return text


class LineIterator:
    def __init__(self, records: RecordIterator) -> None:
        self.records = records
        self.writer = csv.writer(Echo())

    def __iter__(self) -> "LineIterator":
        return self

    def __next__(self) -> str:
        return self.writer.writerow(next(self.records))

    def close(self) -> None:
        self.records.close()


def read_records(open_source: Callable[[], Any], *, batch_size: int) -> BatchIterator:
    if type(batch_size) is not int or batch_size <= 0:
        raise ValueError(batch_size)
    return BatchIterator(RecordIterator(open_source), batch_size)


class LazyLoader:
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self.open_source = open_source

    def __iter__(self) -> RecordIterator:
        return RecordIterator(self.open_source)


def stream_csv(open_source: Callable[[], Any]) -> LineIterator:
    return LineIterator(RecordIterator(open_source))
