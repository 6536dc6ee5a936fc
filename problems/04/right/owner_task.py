"""The asynchronous connection belongs to a task, which the two ends of the block talk to."""

import asyncio
import contextlib


def _undo(connection, first):
    """Roll back after an error; a second one is raised from the first."""
    try:
        connection.rollback()
    except BaseException as later:
        raise later from first


@contextlib.contextmanager
def _closed(connection):
    try:
        yield
    except BaseException as first:
        try:
            connection.close()
        except BaseException as later:
            raise later from first
        raise
    connection.close()


class Transaction(contextlib.ContextDecorator):
    def __init__(self, connect):
        self._connect = connect

    def __enter__(self):
        self._connection = self._connect()
        return self._connection

    def __exit__(self, kind, error, trace):
        with _closed(self._connection):
            if kind is not None:
                _undo(self._connection, error)
            else:
                self._commit()

    def _commit(self):
        try:
            self._connection.commit()
        except BaseException as first:
            _undo(self._connection, first)
            raise


def transaction(connect):
    return Transaction(connect)


class AsyncTransaction:
    def __init__(self, connect):
        self._connect = connect

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        self._opened, self._verdict = loop.create_future(), loop.create_future()
        self._owner = loop.create_task(self._own())
        await asyncio.wait({self._owner, self._opened}, return_when=asyncio.FIRST_COMPLETED)
        if not self._opened.done():
            await self._owner
        return self._opened.result()

    async def __aexit__(self, kind, error, trace):
        self._verdict.set_result(kind is None)
        await self._owner

    async def _own(self):
        connection = await self._connect()
        self._opened.set_result(connection)
        try:
            if await self._verdict:
                await self._commit(connection)
            else:
                await connection.rollback()
        finally:
            await connection.close()

    async def _commit(self, connection):
        try:
            await connection.commit()
        except BaseException:
            await connection.rollback()
            raise
