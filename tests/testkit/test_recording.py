"""Recording connections and real database files tell right transactions from wrong ones."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, TypeAlias

import pytest

from grader.testkit.recording import (
    AsyncConnector,
    AsyncRecordingConnection,
    Connector,
    RecordingConnection,
    sqlite_file,
)

Connect: TypeAlias = Callable[[], Any]

TABLE = "CREATE TABLE items (name TEXT)"
INSERT = "INSERT INTO items VALUES ('pen')"
SELECT = "SELECT name FROM items"


@contextmanager
def good(connect: Connect) -> Iterator[Any]:
    connection = connect()
    try:
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
    finally:
        connection.close()


@contextmanager
def forgets_close(connect: Connect) -> Iterator[Any]:
    connection = connect()
    yield connection
    connection.commit()


@contextmanager
def forgets_rollback(connect: Connect) -> Iterator[Any]:
    connection = connect()
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


async def insert_later(connect: AsyncConnector) -> None:
    connection = await connect()
    try:
        await connection.execute(INSERT)
        await connection.commit()
    except BaseException:
        await connection.rollback()
        raise
    finally:
        await connection.close()


def test_calls_are_recorded_in_order() -> None:
    connect = Connector()

    with good(connect) as connection:
        connection.execute(INSERT)

    assert connect.calls == ["connect", "execute", "commit", "close"]
    assert connection.calls == connect.calls
    assert (connect.opened, connect.closed, connect.still_open) == (1, 1, [])


def test_a_connection_that_is_never_closed_is_still_open() -> None:
    connect = Connector()

    with forgets_close(connect) as connection:
        pass

    assert (connect.opened, connect.closed, connect.still_open) == (1, 0, [connection])


def test_a_missing_rollback_shows_in_the_calls() -> None:
    seen = {}
    for transaction in (good, forgets_rollback):
        connect = Connector()
        with suppress(KeyError), transaction(connect):
            raise KeyError
        seen[transaction] = connect.calls

    assert seen == {
        good: ["connect", "rollback", "close"],
        forgets_rollback: ["connect", "close"],
    }


@pytest.mark.parametrize("call", ["execute", "commit", "rollback", "close"])
def test_a_call_fails_as_it_is_told_and_is_recorded(call: str) -> None:
    error = ValueError("disk full")
    connection = RecordingConnection(fail={call: error})
    arguments = [INSERT] if call == "execute" else []

    with pytest.raises(ValueError, match="disk full") as caught:
        getattr(connection, call)(*arguments)

    assert caught.value is error
    assert connection.calls == ["connect", call]
    assert connection.is_closed == (call == "close")


@pytest.mark.parametrize("call", ["execute", "commit", "rollback", "close"])
async def test_an_awaited_call_fails_as_it_is_told_and_is_recorded(call: str) -> None:
    connection = AsyncRecordingConnection(fail={call: ValueError("disk full")})
    arguments = [INSERT] if call == "execute" else []

    with pytest.raises(ValueError, match="disk full"):
        await getattr(connection, call)(*arguments)

    assert connection.calls == ["connect", call]


def test_a_failing_connect_opens_nothing() -> None:
    connect = Connector(fail={"connect": ConnectionError()})

    with pytest.raises(ConnectionError):
        connect()

    assert (connect.calls, connect.opened, connect.still_open) == (["connect"], 0, [])


def test_failures_may_be_changed_later() -> None:
    connect = Connector()
    connection = connect()

    connect.fail["commit"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        connection.commit()
    connect.fail.clear()
    connection.commit()

    assert connection.calls == ["connect", "commit", "commit"]


def test_execute_remembers_its_arguments_and_returns_the_rows() -> None:
    connection = Connector(rows=[("pen",)])()

    rows = connection.execute(SELECT, ["x"])
    rows.clear()

    assert connection.statements == [(SELECT, ("x",))]
    assert connection.execute(SELECT) == [("pen",)]


def test_a_connection_closed_twice_counts_twice() -> None:
    connect = Connector()
    connection = connect()

    connection.close()
    connection.close()

    assert (connect.opened, connect.closed, connect.still_open) == (1, 2, [])


def test_two_connections_keep_their_calls_apart() -> None:
    connect = Connector()

    first, second = connect(), connect()
    first.commit()
    second.rollback()

    assert (first.calls, second.calls) == (["connect", "commit"], ["connect", "rollback"])
    assert connect.calls == ["connect", "connect", "commit", "rollback"]


async def test_awaited_calls_let_other_tasks_run_between_them() -> None:
    connect = AsyncConnector()

    await asyncio.gather(insert_later(connect), insert_later(connect))

    one = ["connect", "execute", "commit", "close"]
    assert connect.calls == [call for call in one for _ in range(2)]
    assert [connection.calls for connection in connect.connections] == [one, one]


async def test_a_cancelled_call_was_made_but_did_not_end() -> None:
    connect = AsyncConnector()
    task = asyncio.create_task(insert_later(connect))
    while "commit" not in connect.calls:
        await asyncio.sleep(0)

    task.cancel()
    await asyncio.wait({task})

    assert connect.calls == ["connect", "execute", "commit", "rollback", "close"]
    assert task.cancelled()


async def test_an_awaited_connect_fails_and_opens_nothing() -> None:
    connect = AsyncConnector(fail={"connect": ConnectionError()})

    with pytest.raises(ConnectionError):
        await connect()

    assert (connect.opened, connect.closed) == (0, 0)


# --- The real database ---


def test_only_committed_rows_are_seen_by_others(tmp_path: Path) -> None:
    with sqlite_file(tmp_path, TABLE) as database:
        connection = database.connect()
        connection.execute(INSERT)
        before = database.committed(SELECT)
        connection.commit()

        assert (before, database.committed(SELECT)) == ([], [("pen",)])


def test_a_right_transaction_leaves_no_real_connection_open(tmp_path: Path) -> None:
    with sqlite_file(tmp_path, TABLE, INSERT) as database:
        with good(database.connect) as connection:
            connection.execute(INSERT)

        assert database.committed(SELECT) == [("pen",), ("pen",)]
        assert database.still_open == []


def test_the_with_statement_of_sqlite_leaves_its_connection_open(tmp_path: Path) -> None:
    with sqlite_file(tmp_path, TABLE) as database:
        with database.connect() as connection:
            connection.execute(INSERT)

        assert database.committed(SELECT) == [("pen",)]
        assert database.still_open == [connection]


def test_what_was_left_open_is_closed_in_the_end(tmp_path: Path) -> None:
    with sqlite_file(tmp_path, TABLE) as database:
        database.connect().execute(INSERT)
    gc.collect()  # filterwarnings makes a ResourceWarning an error

    assert database.still_open == []


def test_a_second_writer_fails_at_once(tmp_path: Path) -> None:
    with sqlite_file(tmp_path, TABLE) as database:
        database.connect().execute(INSERT)

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            database.connect().execute(INSERT)


def test_a_real_connection_may_be_used_in_another_thread(tmp_path: Path) -> None:
    with sqlite_file(tmp_path, TABLE) as database:
        connection = database.connect()
        thread = Thread(target=connection.execute, args=[INSERT])

        thread.start()
        thread.join()
        connection.commit()

        assert database.committed(SELECT) == [("pen",)]
