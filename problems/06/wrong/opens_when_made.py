"""Thinks a request begins when `request()` is called, and the block only ends it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from contextvars import ContextVar
from typing import Any


class NoRequestError(Exception):
    """No request is open here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        # Never changed in place: a child's copy of the context refers to the same mapping.
        self._values: ContextVar[Mapping[str, Any]] = ContextVar("values")

    def request(self) -> AbstractContextManager[None]:
        """Open an empty request for the length of the block."""
        stack = ExitStack()
        stack.callback(self._end, self._values.set({}))
        return stack

    def set(self, key: str, value: Any) -> None:
        """Keep a value under a key, in place of an earlier one."""
        self._values.set({**self._current(), key: value})

    def get(self, key: str) -> Any:
        """Return the value that is kept under a key."""
        return self._current()[key]

    def delete(self, key: str) -> None:
        """Forget the value that is kept under a key."""
        remaining = dict(self._current())
        del remaining[key]
        self._values.set(remaining)

    def snapshot(self) -> dict[str, Any]:
        """Return a new dict of all keys and values."""
        return dict(self._current())

    def _current(self) -> Mapping[str, Any]:
        try:
            return self._values.get()
        except LookupError:
            raise NoRequestError("there is no open request here") from None

    def _end(self, token: Any) -> None:
        with suppress(ValueError):
            self._values.reset(token)
