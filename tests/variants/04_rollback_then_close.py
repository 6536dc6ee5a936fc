"""Variant of close_skipped_when_rollback_fails."""

from contextlib import contextmanager


def undo(connection):
    connection.rollback()
    connection.close()


def keep(connection):
    try:
        connection.commit()
    except BaseException:
        undo(connection)
        raise
    connection.close()


class Transaction:
    def __init__(self, connect):
        self.connect = connect

    def __enter__(self):
        self.connection = self.connect()
        return self.connection

    def __exit__(self, kind, error, traceback):
        (keep if kind is None else undo)(self.connection)


@contextmanager
def transaction(connect):
    connection = connect()
    try:
        yield connection
    except BaseException:
        undo(connection)
        raise
    keep(connection)


class AsyncTransaction:
    def __init__(self, connect):
        self.connect = connect

    async def __aenter__(self):
        self.connection = await self.connect()
        return self.connection

    async def __aexit__(self, kind, error, traceback):
        if kind is None:
            try:
                await self.connection.commit()
            except BaseException:
                await self.undo()
                raise
            await self.connection.close()
        else:
            await self.undo()

    async def undo(self):
        await self.connection.rollback()
        await self.connection.close()
