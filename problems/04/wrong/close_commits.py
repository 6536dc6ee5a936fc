"""Thinks closing a connection keeps what was done with it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar


class Connection(Protocol):
    """What a transaction needs of a connection."""

    def execute(self, sql: str, parameters: Any = ()) -> Any: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def close(self) -> None: ...


class AsyncConnection(Protocol):
    """The same for `async with`."""

    async def execute(self, sql: str, parameters: Any = ()) -> Any: ...
    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...
    async def close(self) -> None: ...


C = TypeVar("C", bound=Connection)
A = TypeVar("A", bound=AsyncConnection)


class Transaction(Generic[C]):
    """A block of work on a connection of its own: all of it is committed, or nothing."""

    def __init__(self, connect: Callable[[], C]) -> None:
        self._connect = connect

    def __enter__(self) -> C:
        """Open the connection and return it."""
        self._connection = self._connect()
        return self._connection

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Commit or roll back, and close."""
        try:
            if exc_type is not None:
                self._connection.rollback()
        finally:
            self._connection.close()


@contextmanager
def transaction(connect: Callable[[], C]) -> Iterator[C]:
    """Do what Transaction does, written as a generator."""
    connection = connect()
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.close()


class AsyncTransaction(Generic[A]):
    """A Transaction for `async with`: connecting, commit, rollback and close are awaited."""

    def __init__(self, connect: Callable[[], Awaitable[A]]) -> None:
        self._connect = connect

    async def __aenter__(self) -> A:
        """Open the connection and return it."""
        self._connection = await self._connect()
        return self._connection

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Commit or roll back, and close."""
        try:
            if exc_type is not None:
                await self._connection.rollback()
        finally:
            await self._connection.close()
