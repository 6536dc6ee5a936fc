"""Errors that reach no test, because an application answers them or a log or a result holds them.

Whoever listens must keep none: with its frames, an error keeps alive what tests want to see go.
"""

from __future__ import annotations

import dataclasses
import dis
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")

# How deep, and how many values wide, a result is looked at.
DEPTH, WIDTH = 3, 50
_listeners: list[Callable[[BaseException], None]] = []


@contextmanager
def listening(listener: Callable[[BaseException], None]) -> Iterator[None]:
    """Let ``listener`` hear of errors inside the block, of those in log records too."""
    # Not a handler: a logger of the solution's own need not lead to any that is known.
    make_record = logging.getLogRecordFactory()

    def make_and_tell(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        if isinstance(record.exc_info, tuple) and isinstance(record.exc_info[1], BaseException):
            listener(record.exc_info[1])
        return record

    logging.setLogRecordFactory(make_and_tell)
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
        logging.setLogRecordFactory(make_record)


def telling(app: Callable[..., Any]) -> Callable[..., Any]:
    """Return an ASGI application that tells of the error it raises."""

    async def run(*arguments: object) -> None:
        try:
            await app(*arguments)
        except BaseException as error:
            told(error)
            raise

    return run


def told(value: T) -> T:
    """Tell of the errors in a value: itself, or what stands in its containers and dataclasses."""
    for error in _errors(value, DEPTH) if _listeners else ():
        for listener in _listeners:
            listener(error)
    return value


def is_deliberate(error: BaseException) -> bool:
    """Tell whether a ``raise`` raised an error, and not what Python makes of a mistake."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return True
    return dis.opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"


def _errors(value: object, depth: int) -> Iterator[BaseException]:
    if isinstance(value, BaseException):
        yield value
    elif depth:
        for part in islice(_parts(value), WIDTH):
            yield from _errors(part, depth - 1)


def _parts(value: object) -> Iterator[object]:
    # Nothing but the plain containers: asking any other runs code of the solution.
    if type(value) in (list, tuple):
        assert isinstance(value, list | tuple)
        yield from value
    elif type(value) is dict:
        yield from value.values()
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield getattr(value, field.name, None)
