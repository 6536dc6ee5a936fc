"""08 · Lazy data loader, solved with one generator over the source that everything else draws on."""

import csv
import io
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import Any, Protocol, TypeAlias

RawRow: TypeAlias = list[Any] | tuple[Any, ...]
Record: TypeAlias = tuple[Any, ...]


class Source(Protocol):
    """An iterator of raw rows, None for a null row, that has to be closed."""

    def __iter__(self) -> Iterator[RawRow | None]: ...
    def __next__(self) -> RawRow | None: ...
    def close(self) -> Any: ...


def parse_row(raw: RawRow) -> Record:
    """Return the record of a raw row: a tuple whose bytes have become text."""
    return tuple(field.decode() if isinstance(field, bytes) else field for field in raw)


def read_records(open_source: Callable[[], Source], *, batch_size: int) -> Iterator[list[Record]]:
    """Return an iterator of batches: lists of ``batch_size`` records, the last may be shorter."""
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError(f"batch_size must be an integer of at least 1, not {batch_size!r}")
    return _batches(open_source, batch_size)


class LazyLoader:
    """The records of a source, which is opened anew for each iteration."""

    def __init__(self, open_source: Callable[[], Source]) -> None:
        self._open_source = open_source

    def __iter__(self) -> Iterator[Record]:
        """Return an iterator of records."""
        return _records(self._open_source)


def stream_csv(open_source: Callable[[], Source]) -> Iterator[str]:
    """Return an iterator of CSV lines, one for each record."""
    line = io.StringIO()
    writer = csv.writer(line)
    with closing(_records(open_source)) as records:
        for record in records:
            writer.writerow(record)
            yield line.getvalue()
            line.seek(0)
            line.truncate()


def _records(open_source: Callable[[], Source]) -> Generator[Record, None, None]:
    # Nothing of a generator runs before its first next, so nothing is opened before.
    with closing(open_source()) as source:
        for raw in source:
            if raw is not None:
                yield parse_row(raw)


def _batches(open_source: Callable[[], Source], size: int) -> Iterator[list[Record]]:
    with closing(_records(open_source)) as records:
        while True:
            batch: list[Record] = []
            failure = None
            try:
                # Not list(islice(...)): an error would take the records before it along.
                for record in islice(records, size):
                    batch.append(record)
            except Exception as error:
                failure = error
            # Asked before the batch is handed out: it then belongs to the consumer.
            is_last = len(batch) < size
            if batch:
                yield batch
            if failure is not None:
                raise failure
            if is_last:
                return
