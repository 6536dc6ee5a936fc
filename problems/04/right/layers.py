"""Two nested managers, one that closes and one that decides; the class wraps the generator."""

import contextlib


@contextlib.contextmanager
def _decided(connection):
    done = False
    try:
        yield connection
        connection.commit()
        done = True
    finally:
        if not done:
            connection.rollback()


@contextlib.contextmanager
def transaction(connect):
    with contextlib.closing(connect()) as connection, _decided(connection):
        yield connection


class Transaction(contextlib.AbstractContextManager):
    def __init__(self, connect):
        self._inner = transaction(connect)

    def __enter__(self):
        return self._inner.__enter__()

    def __exit__(self, *details):
        return self._inner.__exit__(*details)


@contextlib.asynccontextmanager
async def _async_transaction(connect):
    connection = await connect()
    done = False
    try:
        yield connection
        await connection.commit()
        done = True
    finally:
        try:
            if not done:
                await connection.rollback()
        finally:
            await connection.close()


class AsyncTransaction(contextlib.AbstractAsyncContextManager):
    def __init__(self, connect):
        self._connect = connect

    async def __aenter__(self):
        self._inner = _async_transaction(self._connect)
        return await self._inner.__aenter__()

    async def __aexit__(self, *details):
        return await self._inner.__aexit__(*details)
