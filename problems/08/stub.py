"""08 · Lazy data loader. The statement: `grader show 08`, or problems/08/README.md."""

from collections.abc import Callable, Iterator
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
    raise NotImplementedError


def read_records(open_source: Callable[[], Source], *, batch_size: int) -> Iterator[list[Record]]:
    """Return an iterator of batches: lists of ``batch_size`` records, the last may be shorter."""
    raise NotImplementedError


class LazyLoader:
    """The records of a source, which is opened anew for each iteration."""

    def __init__(self, open_source: Callable[[], Source]) -> None:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Record]:
        """Return an iterator of records."""
        raise NotImplementedError


def stream_csv(open_source: Callable[[], Source]) -> Iterator[str]:
    """Return an iterator of CSV lines, one for each record."""
    raise NotImplementedError
