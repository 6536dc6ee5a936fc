"""The examples of the statement."""

import asyncio

import pytest

from grader.testkit import call, call_raising, expect
from grader.testkit.clock import run, virtual_time


@pytest.fixture(autouse=True)
def clock():
    with virtual_time() as clock:
        yield clock


async def price():
    await asyncio.sleep(0.2)
    return 950


async def stock():
    raise ConnectionError("stock is down")


async def reviews():
    await asyncio.sleep(60)


def test_gather_partial(clock, solution):
    report = run(solution.gather_partial([price, stock, reviews], timeout=1), clock)
    found = [type(result).__name__ for result in report.results]
    expect("the classes of the results", found, ["Ok", "Failed", "Failed"])
    expect("report.values", report.values, [950])
    expect("the positions of the failures", list(report.failures), [1, 2])


def test_require(clock, solution):
    report = run(solution.gather_partial([price, stock, reviews], timeout=1), clock)
    call(solution.require, report, 1).gives([950])
    error = call_raising(solution.TooFewResults, solution.require, report, 2)
    expect("the cause", repr(error.__cause__), "ConnectionError('stock is down')")
