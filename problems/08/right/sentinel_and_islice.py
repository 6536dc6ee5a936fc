"""A batch is taken by ``iter(callable, [])`` with islice; an error is kept aside until the end."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any


def parse_row(raw: Any) -> tuple[Any, ...]:
    return (*(f.decode("utf-8") if type(f) is bytes else f for f in raw),)


def read_records(open_source: Callable[[], Any], *, batch_size: int) -> Iterator[list[Any]]:
    if not (isinstance(batch_size, int) and batch_size > 0):
        raise ValueError("batch_size must be a positive integer")

    def until_failure(stack: ExitStack, failures: list[Exception]) -> Iterator[Any]:
        try:
            source = open_source()
            stack.callback(source.close)
            yield from map(parse_row, filter(is_row, source))
        except Exception as error:
            failures.append(error)

    def batches() -> Iterator[list[Any]]:
        failures: list[Exception] = []
        with ExitStack() as stack:
            records = until_failure(stack, failures)
            yield from iter(lambda: list(islice(records, batch_size)), [])
        for failure in failures:
            raise failure

    return batches()


def is_row(raw: Any) -> bool:
    return raw is not None


class LazyLoader:
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self.open_source = open_source

    def __iter__(self) -> Iterator[Any]:
        for batch in read_records(self.open_source, batch_size=1):
            yield from batch


def stream_csv(open_source: Callable[[], Any]) -> Iterator[str]:
    for record in LazyLoader(open_source):
        with io.StringIO(newline="") as line:
            csv.writer(line).writerow(record)
            yield line.getvalue()
