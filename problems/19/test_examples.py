"""The statement's examples."""

import asyncio
import itertools
from contextlib import aclosing

import pytest
from fastapi import FastAPI

from grader.testkit import expect
from grader.testkit.asgi import client as client_of
from grader.testkit.clock import run, virtual_time


@pytest.fixture(autouse=True)
def clock():
    with virtual_time() as clock:
        yield clock


async def price(item_id: int):
    await asyncio.sleep(0.1)
    return {"id": item_id, "price": item_id * 100}


@pytest.fixture
def client():
    app = FastAPI()
    app.get("/items/{item_id}")(price)
    return client_of(app)


def test_fetch_all_async(clock, solution, client):
    found = run(solution.fetch_all_async([31, 12], client, limit=2), clock)
    wanted = [{"id": 31, "price": 3100}, {"id": 12, "price": 1200}]
    expect("await fetch_all_async([31, 12], client, limit=2)", found, wanted)


def test_stream_results(clock, solution, client):
    async def cheap():
        found = []
        stream = solution.stream_results(itertools.count(41), client, limit=3)
        async with aclosing(stream) as results:
            async for result in results:
                if result["price"] > 4200:
                    return found
                found.append(result["id"])

    expect("the ids up to a price of 4200", run(cheap(), clock), [41, 42])
