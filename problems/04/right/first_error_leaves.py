"""The first error is the one that leaves; what fails after it becomes a note on it."""


def _end(connection, error):
    """Finish a transaction and return the first error, if any."""
    steps = ["commit"] if error is None else ["rollback"]
    for step in steps:
        try:
            getattr(connection, step)()
        except BaseException as problem:
            error = _first(error, problem, step)
            if step == "commit":
                steps.append("rollback")
    try:
        connection.close()
    except BaseException as problem:
        error = _first(error, problem, "close")
    return error


async def _end_async(connection, error):
    steps = ["commit"] if error is None else ["rollback"]
    for step in steps:
        try:
            await getattr(connection, step)()
        except BaseException as problem:
            error = _first(error, problem, step)
            if step == "commit":
                steps.append("rollback")
    try:
        await connection.close()
    except BaseException as problem:
        error = _first(error, problem, "close")
    return error


def _first(error, problem, step):
    if error is None:
        return problem
    error.add_note(f"{step} failed too: {problem!r}")
    return error


class Transaction:
    def __init__(self, connect):
        self.connect = connect
        self.connection = None

    def __enter__(self):
        self.connection = self.connect()
        return self.connection

    def __exit__(self, kind, error, trace):
        first = _end(self.connection, error)
        if first is not error:
            raise first
        return False


def transaction(connect):
    return Transaction(connect)


class AsyncTransaction:
    def __init__(self, connect):
        self.connect = connect
        self.connection = None

    async def __aenter__(self):
        self.connection = await self.connect()
        return self.connection

    async def __aexit__(self, kind, error, trace):
        first = await _end_async(self.connection, error)
        if first is not error:
            raise first
        return False
