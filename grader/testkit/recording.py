"""Database connections that remember what was done to them, and a real database in a file.

connect = Connector(fail={"commit": ValueError("disk full")})
...  # the solution calls connect()
expect("what was called", connect.calls, ["connect", "commit", "rollback", "close"])
expect("connections left open", connect.still_open, [])

with sqlite_file(tmp_path, "CREATE TABLE items (name TEXT)") as database:
    ...  # the solution calls database.connect()
    expect("rows", database.committed("SELECT name FROM items"), [("pen",)])
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

Faults = dict[str, BaseException]
C = TypeVar("C", bound="_Recorder")


class _Recorder:
    """What both kinds of connection have in common.

    ``calls`` are the names of what was called, whether it then failed or not, "connect" first.
    ``fail`` says which calls raise what, each time; it may be changed later. ``execute`` remembers
    its arguments in ``statements`` and returns a list of ``rows``, whatever they say.
    """

    def __init__(
        self,
        *,
        fail: Faults | None = None,
        rows: Iterable[Any] = (),
        log: list[str] | None = None,
    ) -> None:
        self.calls = ["connect"]
        self.statements: list[tuple[str, tuple[Any, ...]]] = []
        self.fail = {} if fail is None else fail
        self.rows = list(rows)
        self._log = [] if log is None else log

    def __repr__(self) -> str:
        return "<a connection>"

    @property
    def is_closed(self) -> bool:
        """Tell whether ``close`` was called, also if it then failed."""
        return "close" in self.calls

    def _record(self, call: str) -> None:
        self.calls.append(call)
        self._log.append(call)

    def _maybe_fail(self, call: str) -> None:
        if call in self.fail:
            raise self.fail[call]


class RecordingConnection(_Recorder):
    """A connection to no database."""

    def execute(self, sql: str, parameters: Iterable[Any] = ()) -> list[Any]:
        self.statements.append((sql, tuple(parameters)))
        self._do("execute")
        return list(self.rows)

    def commit(self) -> None:
        self._do("commit")

    def rollback(self) -> None:
        self._do("rollback")

    def close(self) -> None:
        self._do("close")

    def _do(self, call: str) -> None:
        self._record(call)
        self._maybe_fail(call)


class AsyncRecordingConnection(_Recorder):
    """A connection to no database, each call of which lets other tasks run before it ends."""

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> list[Any]:
        self.statements.append((sql, tuple(parameters)))
        await self._do("execute")
        return list(self.rows)

    async def commit(self) -> None:
        await self._do("commit")

    async def rollback(self) -> None:
        await self._do("rollback")

    async def close(self) -> None:
        await self._do("close")

    async def _do(self, call: str) -> None:
        self._record(call)
        await asyncio.sleep(0)
        self._maybe_fail(call)


class _AnyConnector(Generic[C]):
    """What both kinds of connector have in common.

    ``calls`` are those of all connections in one list, and each attempt to connect. ``fail`` is
    handed to the connections; its "connect" is for the connector.
    """

    def __init__(self, *, fail: Faults | None = None, rows: Iterable[Any] = ()) -> None:
        self.calls: list[str] = []
        self.connections: list[C] = []
        self.fail = {} if fail is None else fail
        self.rows = list(rows)

    def __repr__(self) -> str:
        return "connect"

    @property
    def opened(self) -> int:
        """Return how many connections were made."""
        return len(self.connections)

    @property
    def closed(self) -> int:
        """Return how often ``close`` was called; a connection closed twice counts twice."""
        return sum(connection.calls.count("close") for connection in self.connections)

    @property
    def still_open(self) -> list[C]:
        """Return the connections that nobody has closed."""
        return [connection for connection in self.connections if not connection.is_closed]

    def _new(self, kind: type[C]) -> C:
        if "connect" in self.fail:
            raise self.fail["connect"]
        self.connections.append(kind(fail=self.fail, rows=self.rows, log=self.calls))
        return self.connections[-1]


class Connector(_AnyConnector[RecordingConnection]):
    """A ``connect()`` that keeps the connections it made."""

    def __call__(self) -> RecordingConnection:
        self.calls.append("connect")
        return self._new(RecordingConnection)


class AsyncConnector(_AnyConnector[AsyncRecordingConnection]):
    """An ``await connect()`` that keeps the connections it made."""

    async def __call__(self) -> AsyncRecordingConnection:
        self.calls.append("connect")
        await asyncio.sleep(0)
        return self._new(AsyncRecordingConnection)


class SqliteConnection(sqlite3.Connection):
    """A real connection that can tell whether it was closed."""

    is_closed = False

    def __repr__(self) -> str:
        return "<a connection to SQLite>"

    def close(self) -> None:
        self.is_closed = True
        super().close()


class SqliteFile:
    """A real database, which keeps the connections it made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connections: list[SqliteConnection] = []

    @property
    def still_open(self) -> list[SqliteConnection]:
        """Return the connections that nobody has closed."""
        return [connection for connection in self.connections if not connection.is_closed]

    def connect(self) -> SqliteConnection:
        """Open a connection for any thread; where the database is locked it fails at once."""
        connection = sqlite3.connect(
            self.path, timeout=0, check_same_thread=False, factory=SqliteConnection
        )
        self.connections.append(connection)
        return connection

    def committed(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that others see, through a connection of their own."""
        with closing(sqlite3.connect(self.path, timeout=0)) as other:
            return other.execute(sql, tuple(parameters)).fetchall()


@contextmanager
def sqlite_file(folder: Path, *statements: str) -> Iterator[SqliteFile]:
    """Make a database in ``folder`` with ``statements``; close what was left open in the end."""
    database = SqliteFile(folder / "kata.sqlite")
    with closing(sqlite3.connect(database.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    try:
        yield database
    finally:
        # Python 3.13 warns of each connection that is collected unclosed.
        for left in database.still_open:
            left.close()
