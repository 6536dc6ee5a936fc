"""Thinks a dict of the module will do, if each request starts by clearing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


_data: dict[str, Any] = {}
_is_open = False


class NoRequestError(Exception):
    """No request is open here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        _data.clear()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Open an empty request for the length of the block."""
        global _is_open
        _data.clear()
        _is_open = True
        try:
            yield
        finally:
            _data.clear()
            _is_open = False

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
        if not _is_open:
            raise NoRequestError("there is no open request here")
        return _data
