"""One generator of batches does all the work, with ``next`` and a private mark for the end."""

import csv
import io
from collections.abc import Callable, Generator, Iterable
from typing import Any

END = object()


def parse_row(raw: Any) -> tuple[Any, ...]:
    match raw:
        case [*fields]:
            return tuple(map(text_of, fields))
        case _:
            raise TypeError(raw)


def text_of(field: Any) -> Any:
    return bytes.decode(field) if isinstance(field, bytes) else field


def batched(open_source: Callable[[], Any], size: int) -> Generator[list[Any], None, None]:
    source = open_source()
    try:
        more = True
        while more:
            batch: list[Any] = []
            try:
                while len(batch) < size:
                    raw = next(source, END)
                    if raw is END:
                        more = False
                        break
                    if raw is None:
                        continue
                    batch.append(parse_row(raw))
            except Exception:
                if batch:
                    yield batch
                raise
            if batch:
                yield batch
    finally:
        source.close()


def read_records(
    open_source: Callable[[], Any], *, batch_size: int
) -> Generator[list[Any], None, None]:
    try:
        size = range(batch_size)[-1] + 1
    except (TypeError, IndexError):
        raise ValueError(f"{batch_size!r} is no batch size") from None
    return batched(open_source, size)


def flat(batches: Iterable[list[Any]]) -> Generator[Any, None, None]:
    for [record] in batches:
        yield record


class LazyLoader:
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self.__open = open_source

    def __iter__(self) -> Generator[Any, None, None]:
        return flat(batched(self.__open, 1))


def line_of(record: tuple[Any, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(record)
    return text.getvalue()


def stream_csv(open_source: Callable[[], Any]) -> Generator[str, None, None]:
    return (line_of(record) for record in LazyLoader(open_source))
