"""The examples of the statement."""

import asyncio
import threading
from contextvars import ContextVar

from grader.testkit import Called, call, call_async, call_raising


def test_a_call_runs_in_a_thread(solution):
    def read(path, *, encoding="utf-8"):
        return path, encoding, threading.current_thread() is threading.main_thread()

    async def main():
        safe_read = call(solution.async_safe, read).value
        return await call_async(safe_read, "notes.txt", encoding="ascii")

    asyncio.run(main()).gives(("notes.txt", "ascii", False))


def test_context_variables_are_read(solution):
    user = ContextVar("user")

    async def main():
        user.set("Ada")
        return await call_async(call(solution.async_safe, user.get, limit=2).value)

    asyncio.run(main()).gives("Ada")


def test_a_coroutine_function_is_refused(solution):
    call_raising(TypeError, solution.async_safe, asyncio.sleep)


def test_two_calls_at_once(solution):
    async def main():
        double = call(solution.async_safe, lambda number: 2 * number, limit=1).value
        return await asyncio.gather(double(4), double(5))

    Called(asyncio.gather, "await gather(double(4), double(5))", asyncio.run(main())).gives([8, 10])
