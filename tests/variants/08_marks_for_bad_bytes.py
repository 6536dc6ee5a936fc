"""Variant of replaces_bad_bytes."""

import csv
import io
from contextlib import closing
from itertools import islice


def parse_row(raw):
    return tuple(_text(field) if isinstance(field, bytes) else field for field in raw)


def _text(field):
    return str(field, "utf-8", "replace")


def _records(open_source):
    source = open_source()
    try:
        for raw in source:
            if raw is not None:
                yield parse_row(raw)
    finally:
        source.close()


def read_records(open_source, *, batch_size):
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError(f"batch_size is {batch_size!r}")
    return _batches(open_source, batch_size)


def _batches(open_source, size):
    with closing(_records(open_source)) as records:
        while True:
            batch, trouble = [], None
            try:
                for record in islice(records, size):
                    batch.append(record)
            except Exception as error:
                trouble = error
            is_last = len(batch) < size
            if batch:
                yield batch
            if trouble is not None:
                try:
                    raise trouble
                finally:
                    del trouble
            if is_last:
                return


class LazyLoader:
    def __init__(self, open_source):
        self._open = open_source

    def __iter__(self):
        return _records(self._open)


def stream_csv(open_source):
    for record in _records(open_source):
        line = io.StringIO()
        csv.writer(line).writerow(record)
        yield line.getvalue()
