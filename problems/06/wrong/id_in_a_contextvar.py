"""Thinks it is enough if the id of the request follows the context, with the values in a dict."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any
from uuid import uuid4


class NoRequestError(Exception):
    """No request is open here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        self._request_id: ContextVar[str] = ContextVar("request_id")
        self._by_id: dict[str, dict[str, Any]] = {}

    @contextmanager
    def request(self) -> Iterator[None]:
        """Open an empty request for the length of the block."""
        request_id = uuid4().hex
        self._by_id[request_id] = {}
        token = self._request_id.set(request_id)
        try:
            yield
        finally:
            with suppress(ValueError):
                self._request_id.reset(token)

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
            return self._by_id[self._request_id.get()]
        except LookupError:
            raise NoRequestError("there is no open request here") from None
