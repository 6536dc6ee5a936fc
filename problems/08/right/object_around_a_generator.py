"""One class for all three: it holds a generator of its own, which a collection finds and closes."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any


def parse_row(raw: Any) -> tuple[Any, ...]:
    record: tuple[Any, ...] = ()
    for field in raw:
        record += (field.decode("utf-8") if isinstance(field, bytes) else field,)
    return record


class Stream:
    """Items made of groups of records; refers to itself through its generator."""

    def __init__(
        self, open_source: Callable[[], Any], size: int, make_item: Callable[[list[Any]], Any]
    ) -> None:
        self.open_source = open_source
        self.size = size
        self.make_item = make_item
        self.group: list[Any] = []
        self.steps = self.run()

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> Any:
        next(self.steps)
        group, self.group = self.group, []
        return self.make_item(group)

    def close(self) -> None:
        self.steps.close()

    def run(self) -> Iterator[None]:
        """Stop at each group that is ready."""
        source = self.open_source()
        try:
            try:
                for raw in source:
                    if raw is None:
                        continue
                    self.group.append(parse_row(raw))
                    if len(self.group) == self.size:
                        yield
            except Exception:
                if self.group:
                    yield
                raise
            if self.group:
                yield
        finally:
            source.close()


def read_records(open_source: Callable[[], Any], *, batch_size: int) -> Stream:
    if isinstance(batch_size, int) and batch_size > 0:
        return Stream(open_source, batch_size, list)
    raise ValueError(f"batch_size is {batch_size!r}")


class LazyLoader(Iterable[Any]):
    def __init__(self, open_source: Callable[[], Any]) -> None:
        self.open_source = open_source

    def __iter__(self) -> Stream:
        return Stream(self.open_source, 1, lambda group: group[0])


def stream_csv(open_source: Callable[[], Any]) -> Stream:
    def written(group: list[Any]) -> str:
        text = io.StringIO()
        csv.writer(text).writerows(group)
        return text.getvalue()

    return Stream(open_source, 1, written)
