"""The examples of the statement."""

import asyncio

from grader.testkit import call, call_raising, expect


def test_one_request(solution):
    storage = call(solution.RequestStorage).value
    with storage.request():
        call(storage.set, "tenant", "north")
        call(storage.set, "trace", None)
        call(storage.snapshot).gives({"tenant": "north", "trace": None})
    call_raising(solution.NoRequestError, storage.get, "tenant")


def test_two_tasks_and_an_awaited_coroutine(solution):
    storage = call(solution.RequestStorage).value

    async def greeting():
        await asyncio.sleep(0)
        return f"Hello {call(storage.get, 'tenant').value}"

    async def handle(tenant):
        with storage.request():
            call(storage.set, "tenant", tenant)
            return await greeting()

    async def main():
        return await asyncio.gather(handle("north"), handle("south"))

    found = asyncio.run(main())
    expect("what two requests at once answered", found, ["Hello north", "Hello south"])
