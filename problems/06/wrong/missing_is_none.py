"""Thinks a key that is missing has the value None, and can be deleted too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any


class NoRequestError(Exception):
    """No request is open here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        # Never changed in place: a child's copy of the context refers to the same mapping.
        self._values: ContextVar[Mapping[str, Any]] = ContextVar("values")

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
        self._values.set({**self._current(), key: value})

    def get(self, key: str) -> Any:
        """Return the value that is kept under a key."""
        return self._current().get(key)

    def delete(self, key: str) -> None:
        """Forget the value that is kept under a key."""
        remaining = dict(self._current())
        remaining.pop(key, None)
        self._values.set(remaining)

    def snapshot(self) -> dict[str, Any]:
        """Return a new dict of all keys and values."""
        return dict(self._current())

    def _current(self) -> Mapping[str, Any]:
        try:
            return self._values.get()
        except LookupError:
            raise NoRequestError("there is no open request here") from None
