"""Thinks a request is a task, or a thread where there is no loop."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary


class NoRequestError(Exception):
    """No request is open here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        self._stacks: WeakKeyDictionary[Any, list[dict[str, Any]]] = WeakKeyDictionary()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Open an empty request for the length of the block."""
        stack = self._stacks.setdefault(_here(), [])
        stack.append({})
        try:
            yield
        finally:
            stack.pop()

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
        stack = self._stacks.get(_here())
        if not stack:
            raise NoRequestError("there is no open request here")
        return stack[-1]


def _here() -> Any:
    try:
        return asyncio.current_task() or threading.current_thread()
    except RuntimeError:
        return threading.current_thread()
