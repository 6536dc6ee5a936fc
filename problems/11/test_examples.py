"""The examples of the statement."""

import asyncio

from grader.testkit import call, expect

SOURCE = """\
from time import sleep as pause

async def poll(path):
    with open(path) as file:
        pause(2)

def wait():
    pause(2)
"""


def test_find_blocking_calls(solution):
    found = call(solution.find_blocking_calls, SOURCE).value
    first = solution.Finding(4, 9, "open", "asyncio.to_thread")
    second = solution.Finding(5, 8, "time.sleep", "asyncio.sleep")
    expect("the findings", found, [first, second])


async def job(hands):
    hands[0] += 0.5
    await asyncio.sleep(0)
    hands[0] += 4.0
    return "done"


def test_measure_steps(solution):
    hands, steps = [0.0], []
    coroutine = solution.measure_steps(job(hands), lambda: hands[0], steps)
    expect("the result", asyncio.run(coroutine), "done")
    expect("the steps", steps, [0.5, 4.0])
