"""Thinks each request needs a context variable of its own, which goes away by itself."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any


class NoRequestError(Exception):
    """No request is open here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        self._variable: ContextVar[ContextVar[Mapping[str, Any]] | None]
        self._variable = ContextVar("variable", default=None)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Open an empty request for the length of the block."""
        values: ContextVar[Mapping[str, Any]] = ContextVar("values")
        values.set({})
        token = self._variable.set(values)
        try:
            yield
        finally:
            with suppress(ValueError):
                self._variable.reset(token)

    def set(self, key: str, value: Any) -> None:
        """Keep a value under a key, in place of an earlier one."""
        values = self._opened()
        values.set({**values.get(), key: value})

    def get(self, key: str) -> Any:
        """Return the value that is kept under a key."""
        return self._opened().get()[key]

    def delete(self, key: str) -> None:
        """Forget the value that is kept under a key."""
        values = self._opened()
        remaining = dict(values.get())
        del remaining[key]
        values.set(remaining)

    def snapshot(self) -> dict[str, Any]:
        """Return a new dict of all keys and values."""
        return dict(self._opened().get())

    def _opened(self) -> ContextVar[Mapping[str, Any]]:
        variable = self._variable.get()
        if variable is None:
            raise NoRequestError("there is no open request here")
        return variable
