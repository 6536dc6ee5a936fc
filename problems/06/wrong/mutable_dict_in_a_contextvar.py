"""Thinks a context variable gives each task a copy of the dict that it holds."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any


class NoRequestError(Exception):
    """No request is open here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        self._values: ContextVar[dict[str, Any]] = ContextVar("values")

    @contextmanager
    def request(self) -> Iterator[None]:
        """Open an empty request for the length of the block."""
        token = self._values.set({})
        try:
            yield
        finally:
            # A token is good in its own context only; in another one there is nothing to undo.
            with suppress(ValueError):
                self._values.reset(token)

    def set(self, key: str, value: Any) -> None:
        """Keep a value under a key, in place of an earlier one."""
        self._current()[key] = value

    def get(self, key: str) -> Any:
        """Return the value that is kept under a key."""
        return self._current()[key]

    def delete(self, key: str) -> None:
        """Forget the value that is kept under a key."""
        del self._current()[key]

    def snapshot(self) -> dict[str, Any]:
        """Return a new dict of all keys and values."""
        return dict(self._current())

    def _current(self) -> dict[str, Any]:
        try:
            return self._values.get()
        except LookupError:
            raise NoRequestError("there is no open request here") from None
