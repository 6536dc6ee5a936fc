"""Thinks an exit stack keeps whatever error was there before it was made."""

from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager


class Transaction:
    def __init__(self, connect):
        self._connect = connect

    def __enter__(self):
        with ExitStack() as stack:
            connection = self._connect()
            stack.callback(connection.close)
            stack.push(lambda kind, error, trace: self._finish(connection, kind))
            self._stack = stack.pop_all()
        return connection

    def __exit__(self, *details):
        return self._stack.__exit__(*details)

    @staticmethod
    def _finish(connection, kind):
        with ExitStack() as undo:
            undo.callback(connection.rollback)
            if kind is None:
                connection.commit()
                undo.pop_all()


@contextmanager
def transaction(connect):
    with ExitStack() as stack:
        connection = connect()
        stack.callback(connection.close)
        undo = stack.enter_context(ExitStack())
        undo.callback(connection.rollback)
        yield connection
        connection.commit()
        undo.pop_all()


@asynccontextmanager
async def AsyncTransaction(connect):
    async with AsyncExitStack() as stack:
        connection = await connect()
        stack.push_async_callback(connection.close)
        undo = await stack.enter_async_context(AsyncExitStack())
        undo.push_async_callback(connection.rollback)
        yield connection
        await connection.commit()
        undo.pop_all()
