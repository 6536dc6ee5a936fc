"""Hidden tests of 04 · Context manager."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from flask import Flask, request

from grader.testkit import Mismatch, asgi, call, expect, expect_that, lines, wsgi
from grader.testkit.recording import AsyncConnector, Connector, sqlite_file
from grader.text import safe_repr

behaviour = pytest.mark.behaviour
both = pytest.mark.parametrize("name", ["Transaction", "transaction"])


class ErrorThatIsFalse(Exception):
    """An error that counts as false."""

    def __len__(self):
        return 0


@dataclass(frozen=True)
class Used:
    """A block that was run: in words, what `as` gave, what left it, what it did to connections."""

    text: str
    given: Any
    left: BaseException | None
    connect: Any

    def called(self, *expected):
        """Fail unless exactly ``expected`` was called by the end of the block."""
        found = self.connect.calls
        if found != list(expected):
            left = "nothing" if self.left is None else safe_repr(self.left)
            wanted = ", ".join(expected)
            report = lines(Ran=self.text, Raised=left, Calls=", ".join(found), Expected=wanted)
            raise Mismatch(report)

    def raises_the_very(self, error):
        """Fail unless ``error`` left the block as it was, with no cause and no context."""
        is_same = self.left is error
        expect_that(f"what left: {self.text}", is_same, self.left, f"the very {error!r}")
        for what in ("__cause__", "__context__"):
            found = getattr(error, what)
            expect_that(f"{what} of what left: {self.text}", found is None, found, "None")

    def shows(self, error):
        """Fail unless what left the block is ``error``, or names it in its chain."""
        chain = list(shown(self.left))
        expected = f"{error!r} to leave, or to be in the chain of what leaves"
        is_shown = any(link is error for link in chain)
        expect_that(f"what a traceback shows of: {self.text}", is_shown, chain, expected)


def shown(error):
    """Yield the errors that the traceback of ``error`` shows, from the last to the first."""
    seen = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        context = None if error.__suppress_context__ else error.__context__
        error = context if error.__cause__ is None else error.__cause__


def in_words(start, raising, connect):
    """Return what is run, as a person would write it."""
    faults = ", ".join(f"{what} fails with {error!r}" for what, error in connect.fail.items())
    body = "pass" if raising is None else f"raise {raising!r}"
    return f"{start}: {body}" + (f"   # {faults}" if faults else "")


def passes_on(error, raising, connect):
    """Tell whether nothing was there that may raise in the block or at its ends."""
    return isinstance(error, NotImplementedError) or (raising is None and not connect.fail)


def run(solution, name, connect, raising=None):
    """Run a block of one of the two synchronous managers."""
    text = in_words(f"with {name}(connect) as connection", raising, connect)
    # Held by a name: what is to close when the manager is collected has not closed yet.
    manager = call(getattr(solution, name), connect).value
    given = left = None
    try:
        with manager as given:
            if raising is not None:
                raise raising
    except BaseException as error:
        if passes_on(error, raising, connect):
            error.add_note(f"Ran        {text}")
            raise
        left = error
    return Used(text, given, left, connect)


async def run_async(solution, connect, raising=None):
    """Run a block of AsyncTransaction."""
    text = in_words("async with AsyncTransaction(connect) as connection", raising, connect)
    manager = call(solution.AsyncTransaction, connect).value
    given = left = None
    try:
        async with manager as given:
            await asyncio.sleep(0)
            if raising is not None:
                raise raising
    except BaseException as error:
        if passes_on(error, raising, connect):
            error.add_note(f"Ran        {text}")
            raise
        left = error
    return Used(text, given, left, connect)


# --- Opening ----------------------------------------------------------------------------------


@behaviour("gives-connection")
@both
def test_as_gives_what_connect_returned(solution, name):
    used = run(solution, name, Connector())
    is_given = any(used.given is made for made in used.connect.connections)
    expect_that(f"what `as` gave: {used.text}", is_given, used.given, "what connect() returned")


@behaviour("gives-connection")
@both
def test_making_a_manager_opens_nothing(solution, name):
    connect = Connector()
    call(getattr(solution, name), connect)
    expect(f"what was called after {name}(connect), without a block", connect.calls, [])


@behaviour("failing-connect")
@both
@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt])
def test_the_error_of_connect_leaves_as_it_is(solution, name, kind):
    error = kind("no route")
    used = run(solution, name, Connector(fail={"connect": error}))
    used.raises_the_very(error)


@behaviour("failing-connect")
@both
def test_after_a_failing_connect_the_block_does_not_run(solution, name):
    connect, seen = Connector(fail={"connect": OSError("no route")}), []
    manager = call(getattr(solution, name), connect).value
    with suppress(OSError), manager:
        seen.append("the block ran")
    expect(f"after connect failed in `with {name}(connect)`", seen, [])
    expect("what was called", connect.calls, ["connect"])


# --- A block that ends well -------------------------------------------------------------------


@behaviour("commits")
@both
def test_a_block_is_committed_and_then_closed(solution, name):
    run(solution, name, Connector()).called("connect", "commit", "close")


@behaviour("commits")
@both
def test_nothing_is_committed_before_the_block_ends(solution, name):
    connect = Connector()
    with call(getattr(solution, name), connect).value:
        inside = list(connect.calls)
    expect(f"what was called while a block of {name}(connect) ran", inside, ["connect"])
    expect_that("and at its end", "commit" in connect.calls, connect.calls, "a commit")


@behaviour("commits")
@both
def test_a_block_inside_an_except_clause_commits_too(solution, name):
    connect = Connector()
    try:
        raise ValueError("handled already")
    except ValueError:
        run(solution, name, connect)
    what = f"what was called by {name}(connect), whose block stands in an except clause"
    expect(what, connect.calls, ["connect", "commit", "close"])


def returns(manager):
    with manager:
        return


def breaks(manager):
    while True:
        with manager:
            break


def continues(manager):
    for _ in range(1):
        with manager:
            continue


@behaviour("commits")
@both
@pytest.mark.parametrize("leave", [returns, breaks, continues])
def test_leaving_a_block_early_commits(solution, name, leave):
    connect = Connector()
    manager = call(getattr(solution, name), connect).value
    call(leave, manager)
    wanted = ["connect", "commit", "close"]
    expect(
        f"what was called by {name}(connect), whose block {leave.__name__}", connect.calls, wanted
    )


# --- An error in the block --------------------------------------------------------------------


@behaviour("rolls-back")
@both
def test_an_error_rolls_back_and_then_closes(solution, name):
    used = run(solution, name, Connector(), raising=ValueError("bad row"))
    used.called("connect", "rollback", "close")


@behaviour("rolls-back")
@both
def test_an_error_that_counts_as_false_rolls_back_too(solution, name):
    used = run(solution, name, Connector(), raising=ErrorThatIsFalse("bad row"))
    used.called("connect", "rollback", "close")


@behaviour("rolls-back")
@both
@pytest.mark.parametrize("kind", [ValueError, StopIteration])
def test_an_error_leaves_the_block_unchanged(solution, name, kind):
    error = kind("bad row")
    run(solution, name, Connector(), raising=error).raises_the_very(error)


signals = pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])


@behaviour("signals")
@both
@signals
def test_interrupt_and_exit_roll_back_and_close(solution, name, kind):
    used = run(solution, name, Connector(), raising=kind("now"))
    used.called("connect", "rollback", "close")


@behaviour("signals")
@both
@signals
def test_interrupt_and_exit_leave_the_block_unchanged(solution, name, kind):
    error = kind("now")
    run(solution, name, Connector(), raising=error).raises_the_very(error)


@behaviour("signals")
@both
def test_closing_a_generator_rolls_back_and_closes(solution, name):
    def rows(manager):
        with manager:
            yield 1
            yield 2

    connect = Connector()
    generator = rows(call(getattr(solution, name), connect).value)
    next(generator)
    call(generator.close)
    what = f"what was called by {name}(connect), in a generator that was closed half-way"
    expect(what, connect.calls, ["connect", "rollback", "close"])


# --- A connection that fails ------------------------------------------------------------------


@behaviour("failing-commit")
@both
@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt])
def test_a_failing_commit_rolls_back_and_closes(solution, name, kind):
    used = run(solution, name, Connector(fail={"commit": kind("disk full")}))
    used.called("connect", "commit", "rollback", "close")


@behaviour("failing-commit")
@both
def test_the_error_of_commit_leaves_as_it_is(solution, name):
    error = OSError("disk full")
    run(solution, name, Connector(fail={"commit": error})).raises_the_very(error)


@behaviour("first-error")
@both
def test_a_failing_rollback_still_closes(solution, name):
    connect = Connector(fail={"rollback": OSError("line is dead")})
    used = run(solution, name, connect, raising=ValueError("bad row"))
    used.called("connect", "rollback", "close")


@behaviour("first-error")
@both
def test_an_interrupted_rollback_still_closes(solution, name):
    connect = Connector(fail={"rollback": KeyboardInterrupt("now")})
    used = run(solution, name, connect, raising=ValueError("bad row"))
    used.called("connect", "rollback", "close")


@behaviour("first-error")
@both
def test_a_failing_rollback_does_not_hide_the_error_of_the_block(solution, name):
    first = ValueError("bad row")
    connect = Connector(fail={"rollback": OSError("line is dead")})
    run(solution, name, connect, raising=first).shows(first)


@behaviour("first-error")
@both
@pytest.mark.parametrize("also", ["close", "rollback and close"])
def test_a_failing_close_does_not_hide_the_error_of_the_block(solution, name, also):
    first = ValueError("bad row")
    faults = {what: OSError(f"{what} failed") for what in also.split(" and ")}
    run(solution, name, Connector(fail=faults), raising=first).shows(first)


@behaviour("first-error")
@both
def test_a_failing_rollback_does_not_hide_the_error_of_commit(solution, name):
    first = OSError("disk full")
    faults = {"commit": first, "rollback": OSError("line is dead")}
    run(solution, name, Connector(fail=faults)).shows(first)


@behaviour("first-error")
@both
@pytest.mark.parametrize("also", ["rollback", "close", "rollback and close"])
def test_what_fails_after_a_failing_commit_still_closes(solution, name, also):
    faults = {what: OSError(f"{what} failed") for what in ("commit", *also.split(" and "))}
    used = run(solution, name, Connector(fail=faults))
    used.called("connect", "commit", "rollback", "close")


@behaviour("first-error")
@both
def test_a_failing_close_after_the_commit_is_not_swallowed(solution, name):
    error = OSError("close failed")
    used = run(solution, name, Connector(fail={"close": error}))
    used.raises_the_very(error)


@behaviour("first-error")
@both
def test_a_failing_close_is_not_followed_by_anything(solution, name):
    used = run(solution, name, Connector(fail={"close": OSError("close failed")}))
    used.called("connect", "commit", "close")


# --- AsyncTransaction -------------------------------------------------------------------------


@behaviour("async-twin")
async def test_async_as_gives_what_connect_returned(solution):
    connect = AsyncConnector()
    manager = call(solution.AsyncTransaction, connect).value
    expect("what was called after AsyncTransaction(connect), without a block", connect.calls, [])
    async with manager as given:
        pass
    is_given = any(given is made for made in connect.connections)
    what = "what `as` gave: async with AsyncTransaction(connect) as connection"
    expect_that(what, is_given, given, "what await connect() returned")


@behaviour("async-twin")
async def test_an_async_block_is_committed_and_then_closed(solution):
    used = await run_async(solution, AsyncConnector())
    used.called("connect", "commit", "close")


@behaviour("async-twin")
@pytest.mark.parametrize("kind", [ValueError, ErrorThatIsFalse])
async def test_an_error_in_an_async_block_rolls_back_and_then_closes(solution, kind):
    used = await run_async(solution, AsyncConnector(), raising=kind("bad row"))
    used.called("connect", "rollback", "close")


@behaviour("async-twin")
@pytest.mark.parametrize("kind", [ValueError, StopAsyncIteration])
async def test_an_error_leaves_an_async_block_unchanged(solution, kind):
    error = kind("bad row")
    used = await run_async(solution, AsyncConnector(), raising=error)
    used.raises_the_very(error)


@behaviour("async-twin")
@signals
async def test_interrupt_and_exit_roll_back_an_async_block(solution, kind):
    error = kind("now")
    used = await run_async(solution, AsyncConnector(), raising=error)
    used.called("connect", "rollback", "close")
    used.raises_the_very(error)


@behaviour("async-twin")
async def test_closing_an_async_generator_rolls_back_and_closes(solution):
    async def rows(manager):
        async with manager:
            yield 1
            yield 2

    connect = AsyncConnector()
    generator = rows(call(solution.AsyncTransaction, connect).value)
    await anext(generator)
    await generator.aclose()
    what = "what was called by AsyncTransaction(connect), in an async generator that was closed"
    expect(what, connect.calls, ["connect", "rollback", "close"])


@behaviour("async-faults")
async def test_a_failing_async_connect_leaves_nothing_open(solution):
    error = OSError("no route")
    used = await run_async(solution, AsyncConnector(fail={"connect": error}))
    used.called("connect")
    used.raises_the_very(error)


@behaviour("async-faults")
async def test_a_failing_async_commit_rolls_back_and_closes(solution):
    error = OSError("disk full")
    used = await run_async(solution, AsyncConnector(fail={"commit": error}))
    used.called("connect", "commit", "rollback", "close")
    used.raises_the_very(error)


@behaviour("async-faults")
@pytest.mark.parametrize("also", ["rollback", "close", "rollback and close"])
async def test_what_fails_later_in_an_async_block_hides_nothing(solution, also):
    first = ValueError("bad row")
    faults = {what: OSError(f"{what} failed") for what in also.split(" and ")}
    connect = AsyncConnector(fail=faults)
    used = await run_async(solution, connect, raising=first)
    used.called("connect", "rollback", "close")
    used.shows(first)


@behaviour("async-faults")
async def test_a_failing_async_rollback_does_not_hide_the_error_of_commit(solution):
    first = OSError("disk full")
    connect = AsyncConnector(fail={"commit": first, "rollback": OSError("line is dead")})
    used = await run_async(solution, connect)
    used.called("connect", "commit", "rollback", "close")
    used.shows(first)


@behaviour("async-faults")
async def test_a_failing_async_close_after_the_commit_is_not_swallowed(solution):
    error = OSError("close failed")
    used = await run_async(solution, AsyncConnector(fail={"close": error}))
    used.called("connect", "commit", "close")
    used.raises_the_very(error)


async def cancelled(solution, connect):
    """Run a block that is cancelled while it waits; return its task, which has ended."""

    async def work():
        async with solution.AsyncTransaction(connect):
            # As if somebody else did it: the error is raised where the block waits.
            asyncio.current_task().cancel()
            await asyncio.sleep(0)

    task = asyncio.ensure_future(work())
    await asyncio.wait({task})
    if not task.cancelled() and isinstance(task.exception(), NotImplementedError):
        raise task.exception()
    return task


@behaviour("async-cancel")
async def test_a_cancelled_block_rolls_back_and_closes(solution):
    connect = AsyncConnector()
    await cancelled(solution, connect)
    what = "what was called by AsyncTransaction(connect), whose block was cancelled"
    expect(what, connect.calls, ["connect", "rollback", "close"])


@behaviour("async-cancel")
async def test_the_task_of_a_cancelled_block_is_cancelled(solution):
    task = await cancelled(solution, AsyncConnector())
    found = "cancelled" if task.cancelled() else task.exception() or "ended without an error"
    expect("how the task whose block was cancelled has ended", found, "cancelled")


@behaviour("async-cancel")
async def test_a_commit_that_is_cancelled_rolls_back_and_closes(solution):
    connect = AsyncConnector(fail={"commit": asyncio.CancelledError("now")})
    used = await run_async(solution, connect)
    used.called("connect", "commit", "rollback", "close")
    is_told = isinstance(used.left, asyncio.CancelledError)
    expect_that(f"what left: {used.text}", is_told, used.left, "CancelledError")


@behaviour("async-cancel")
async def test_a_rollback_that_is_cancelled_still_closes(solution):
    connect = AsyncConnector(fail={"rollback": asyncio.CancelledError("now")})
    used = await run_async(solution, connect, raising=ValueError("bad row"))
    used.called("connect", "rollback", "close")


# --- More than one ----------------------------------------------------------------------------


def expect_ends(what, connect, *expected):
    """Fail unless the connections, in the order of their opening, ended as ``expected``."""
    decisions = ("commit", "rollback")
    found = [
        next((call for call in connection.calls if call in decisions), None)
        for connection in connect.connections
    ]
    expect(f"what ended each connection, after {what}", found, list(expected))


@behaviour("independent")
@both
def test_an_inner_error_that_is_caught_leaves_the_outer_one_alone(solution, name):
    connect, make = Connector(), getattr(solution, name)
    with make(connect), suppress(Exception), make(connect):
        raise ValueError("bad row")
    expect_ends(f"two nested {name} of which the inner failed", connect, "commit", "rollback")


@behaviour("independent")
@both
def test_two_at_once_end_in_any_order(solution, name):
    def block(manager, fails):
        with manager:
            yield
            if fails:
                raise ValueError("bad row")

    connect, make = Connector(), getattr(solution, name)
    first, second = block(make(connect), True), block(make(connect), False)
    for generator in (first, second, first, second):
        with suppress(Exception):
            next(generator, None)
    what = f"two {name}, of which the one that was opened first failed first"
    expect_ends(what, connect, "rollback", "commit")


@behaviour("independent")
async def test_two_async_ones_at_once_are_independent(solution):
    async def block(fails):
        async with solution.AsyncTransaction(connect):
            for _ in range(3):
                await asyncio.sleep(0)
            if fails:
                raise ValueError("bad row")

    connect = AsyncConnector()
    for out in await asyncio.gather(block(False), block(True), return_exceptions=True):
        if isinstance(out, NotImplementedError):
            raise out
    expect_ends("two tasks of which the second failed", connect, "commit", "rollback")


# --- A real database, and the endpoint --------------------------------------------------------

TABLE = "CREATE TABLE items (name TEXT)"


def insert(solution, name, database, item, raising=None):
    """Insert ``item`` in a transaction whose block may fail."""
    manager = call(getattr(solution, name), database.connect).value
    with suppress(Exception), manager:
        database.connections[-1].execute("INSERT INTO items VALUES (?)", (item,))
        if raising is not None:
            raise raising


@behaviour("nothing-leaks")
@both
def test_rows_of_a_block_are_in_the_file(solution, name, tmp_path):
    with sqlite_file(tmp_path, TABLE) as database:
        insert(solution, name, database, "pen")
        rows = database.committed("SELECT name FROM items")
        expect(f"rows that others see after an INSERT with {name}", rows, [("pen",)])
        expect("connections left open", database.still_open, [])


@behaviour("nothing-leaks")
@both
def test_a_failed_block_leaves_neither_rows_nor_locks(solution, name, tmp_path):
    with sqlite_file(tmp_path, TABLE) as database:
        insert(solution, name, database, "pen", raising=ValueError("bad row"))
        expect(f"connections left open by a {name} that failed", database.still_open, [])
        insert(solution, name, database, "ink")
        rows = database.committed("SELECT name FROM items")
        expect("rows after an INSERT that failed and one that did not", rows, [("ink",)])


# What fails: calls of the connection, and the endpoint itself.
FAULTS = [
    (),
    ("connect",),
    ("execute",),
    ("endpoint",),
    ("commit",),
    ("endpoint", "rollback"),
    ("close",),
]


def arm(connect, faults):
    """Let the next connection fail as ``faults`` say; return the path to ask for."""
    connect.fail = {what: OSError(f"{what} failed") for what in faults if what != "endpoint"}
    return "/items?fail=1" if "endpoint" in faults else "/items"


def expect_answer(status, name, connect, faults):
    """Fail unless the answer fits the faults, and as many connections are closed as opened."""
    what = f"GET /items with {name}, where {' and '.join(faults) or 'nothing'} fails"
    expect(f"closes, for {connect.opened} opened, after {what}", connect.closed, connect.opened)
    expect(f"status of {what}", status, 500 if faults else 200)


@behaviour("nothing-leaks")
@both
def test_items_in_flask_closes_what_it_opens(solution, name):
    make, connect = getattr(solution, name), Connector(rows=["pen"])
    call(make, Connector())  # Flask would answer a NotImplementedError too.
    app = Flask("items")
    app.logger.disabled = True

    @app.get("/items")
    def items():
        with make(connect) as connection:
            rows = connection.execute("SELECT name FROM items")
            if "fail" in request.args:
                raise LookupError("the endpoint failed")
            return rows

    for faults in FAULTS:
        answer = wsgi.client(app).get(arm(connect, faults))
        expect_answer(answer.status_code, name, connect, faults)


@behaviour("nothing-leaks")
async def test_items_in_fastapi_closes_what_it_opens(solution):
    make, connect = solution.AsyncTransaction, AsyncConnector(rows=["pen"])
    call(make, AsyncConnector())  # FastAPI would answer a NotImplementedError too.
    app = FastAPI(openapi_url=None)

    @app.get("/items")
    async def items(fail: bool = False):
        async with make(connect) as connection:
            rows = await connection.execute("SELECT name FROM items")
            if fail:
                raise LookupError("the endpoint failed")
            return rows

    async with asgi.client(app) as client:
        for faults in FAULTS:
            answer = await client.get(arm(connect, faults))
            expect_answer(answer.status_code, "AsyncTransaction", connect, faults)
