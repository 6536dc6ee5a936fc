"""The asynchronous end runs in a task of its own, which a second cancellation does not reach."""

import asyncio
from contextlib import contextmanager


class Transaction:
    def __init__(self, connect):
        self._connect = connect
        self._open = []

    def __enter__(self):
        self._open.append(self._connect())
        return self._open[-1]

    def __exit__(self, kind, error, trace):
        connection = self._open.pop()
        try:
            if error is not None:
                raise error
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.close()


@contextmanager
def transaction(connect):
    manager = Transaction(connect)
    with manager as connection:
        yield connection


class AsyncTransaction:
    def __init__(self, connect):
        self._connect = connect

    async def __aenter__(self):
        self._connection = await self._connect()
        return self._connection

    async def __aexit__(self, kind, error, trace):
        end = asyncio.ensure_future(self._end(failed=error is not None))
        try:
            await asyncio.shield(end)
        except asyncio.CancelledError:
            await asyncio.wait({end})
            raise

    async def _end(self, *, failed):
        connection = self._connection
        try:
            if failed:
                await connection.rollback()
                return
            try:
                await connection.commit()
            except BaseException:
                await connection.rollback()
                raise
        finally:
            await connection.close()
