"""Thinks threading.local keeps requests apart, as it did before asyncio."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class NoRequestError(Exception):
    """No request is open here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        self._local = threading.local()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Open an empty request for the length of the block."""
        self._stack().append({})
        try:
            yield
        finally:
            if self._stack():
                self._stack().pop()

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

    def _stack(self) -> list[dict[str, Any]]:
        if not hasattr(self._local, "stack"):
            self._local.stack = []
        return self._local.stack

    def _current(self) -> dict[str, Any]:
        if not self._stack():
            raise NoRequestError("there is no open request here")
        return self._stack()[-1]
