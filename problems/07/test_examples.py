"""The examples of the statement."""

import asyncio

from grader.testkit import call, call_as, call_raising, expect


def decorated(solution, function, **options):
    return call_as("timed(...)", call(solution.timed, **options).value, function).value


def test_a_call(solution):
    readings, records = iter([10.0, 10.75]), []

    def greet(who):
        return f"hello {who}"

    greet.__qualname__ = "greet"
    timed_greet = decorated(solution, greet, clock=readings.__next__, sink=records.append)
    call_as("greet", timed_greet, "Ada").gives("hello Ada")
    expect("records", records, [solution.Timing("greet", 0.75, "ok")])


def test_an_error(solution):
    records = []

    def number(text):
        return int(text)

    timed_number = decorated(solution, number, name="parse", sink=records.append)
    call_raising(ValueError, timed_number, "ten")
    found = [(record.name, record.outcome) for record in records]
    expect("name and outcome of the records", found, [("parse", "error")])


def test_a_coroutine(solution):
    readings, records = iter([5.0, 7.5]), []

    async def fetch():
        await asyncio.sleep(0)
        return "page"

    fetch.__qualname__ = "fetch"
    timed_fetch = decorated(solution, fetch, clock=readings.__next__, sink=records.append)
    expect("asyncio.run(fetch())", asyncio.run(timed_fetch()), "page")
    expect("records", records, [solution.Timing("fetch", 2.5, "ok")])
