"""Workers share a numbered iterator; the stream's workers wait for the consumer's permits."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Iterable
from typing import Any

import httpx


def fetch_all(ids: Iterable[int], client: httpx.Client) -> list[Any]:
    """Fetch the items one after the other."""
    results = []
    for item_id in ids:
        response = client.get(f"/items/{item_id}")
        while response.status_code == 429:
            time.sleep(float(response.headers["Retry-After"]))
            response = client.get(f"/items/{item_id}")
        response.raise_for_status()
        results.append(response.json())
    return results


async def fetch_all_async(
    ids: Iterable[int], client: httpx.AsyncClient, *, limit: int, timeout: float | None = None
) -> list[Any]:
    """Fetch up to ``limit`` items at once; return their results in input order."""
    _check_limit(limit)
    numbered, results = enumerate(ids), {}

    async def work() -> None:
        for number, item_id in numbered:
            results[number] = await _fetch(item_id, client, timeout)

    workers = [asyncio.create_task(work()) for _ in range(limit)]
    try:
        await asyncio.gather(*workers)
    finally:
        await _end(workers)
    return [results[number] for number in range(len(results))]


async def stream_results(
    ids: Iterable[int], client: httpx.AsyncClient, *, limit: int, timeout: float | None = None
) -> AsyncGenerator[Any, None]:
    """Fetch up to ``limit`` items at once; yield their results in input order, as they come."""
    _check_limit(limit)
    numbered, permits = enumerate(ids), asyncio.Semaphore(limit)
    places: dict[int, asyncio.Future[Any]] = {}
    loop = asyncio.get_running_loop()

    def place(number: int) -> asyncio.Future[Any]:
        return places.setdefault(number, loop.create_future())

    async def work() -> None:
        while True:
            await permits.acquire()
            number, item_id = next(numbered, (None, None))
            if number is None:
                return
            outcome = place(number)
            try:
                outcome.set_result((await _fetch(item_id, client, timeout),))
            except Exception as error:
                outcome.set_result(error)

    workers = [asyncio.create_task(work()) for _ in range(limit)]
    finished = asyncio.gather(*workers, return_exceptions=True)
    try:
        for number in itertools.count():
            await asyncio.wait({place(number), finished}, return_when=asyncio.FIRST_COMPLETED)
            if not place(number).done():
                return
            outcome = places.pop(number).result()
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome[0]
            permits.release()
    finally:
        await _end(workers)


async def _fetch(item_id: int, client: httpx.AsyncClient, timeout: float | None) -> Any:
    """Do for one item what ``fetch_all`` does."""
    async with asyncio.timeout(timeout):
        response = await client.get(f"/items/{item_id}")
        while response.status_code == 429:
            await asyncio.sleep(float(response.headers["Retry-After"]))
            response = await client.get(f"/items/{item_id}")
        response.raise_for_status()
        return response.json()


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    for task in tasks:
        # A second cancellation would cut its clean-up short.
        if not task.cancelling():
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
