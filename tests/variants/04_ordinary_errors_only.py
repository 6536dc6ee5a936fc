"""Variant of catches_exception_only."""

from contextlib import contextmanager


def _end(connection, is_good):
    try:
        if is_good:
            try:
                connection.commit()
            except Exception:
                connection.rollback()
                raise
        else:
            connection.rollback()
    finally:
        connection.close()


class Transaction:
    def __init__(self, connect):
        self.connect = connect

    def __enter__(self):
        self.connection = self.connect()
        return self.connection

    def __exit__(self, kind, error, traceback):
        _end(self.connection, is_good=kind is None or not issubclass(kind, Exception))


@contextmanager
def transaction(connect):
    connection = connect()
    try:
        yield connection
    except Exception:
        _end(connection, is_good=False)
        raise
    except BaseException:
        _end(connection, is_good=True)
        raise
    _end(connection, is_good=True)


class AsyncTransaction:
    def __init__(self, connect):
        self.connect = connect

    async def __aenter__(self):
        self.connection = await self.connect()
        return self.connection

    async def __aexit__(self, kind, error, traceback):
        try:
            if kind is None or not issubclass(kind, Exception):
                try:
                    await self.connection.commit()
                except Exception:
                    await self.connection.rollback()
                    raise
            else:
                await self.connection.rollback()
        finally:
            await self.connection.close()
