"""06 · Request-scoped storage. The statement: `grader show 06`, or problems/06/README.md."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class NoRequestError(Exception):
    """No request is open here; given, there is nothing to write here."""


class RequestStorage:
    """Values that belong to the request in which they were set."""

    def __init__(self) -> None:
        raise NotImplementedError

    @contextmanager
    def request(self) -> Iterator[None]:
        """Open an empty request for the length of the block."""
        raise NotImplementedError

    def set(self, key: str, value: Any) -> None:
        """Keep a value under a key, in place of an earlier one."""
        raise NotImplementedError

    def get(self, key: str) -> Any:
        """Return the value that is kept under a key."""
        raise NotImplementedError

    def delete(self, key: str) -> None:
        """Forget the value that is kept under a key."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        """Return a new dict of all keys and values."""
        raise NotImplementedError
