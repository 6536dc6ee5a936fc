"""A window of tasks and `asyncio.wait`; the stream is a class, and `wait_for` keeps the time."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from itertools import islice
from typing import Any, Self

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
    numbered, running, results = enumerate(ids), {}, {}
    try:
        while True:
            for number, item_id in islice(numbered, limit - len(running)):
                running[asyncio.create_task(_fetch(item_id, client, timeout))] = number
            if not running:
                return [results[number] for number in sorted(results)]
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                results[running.pop(task)] = task.result()
    finally:
        await _end(running)


def stream_results(
    ids: Iterable[int], client: httpx.AsyncClient, *, limit: int, timeout: float | None = None
) -> AsyncGenerator[Any, None]:
    """Fetch up to ``limit`` items at once; yield their results in input order, as they come."""
    _check_limit(limit)
    return _Stream(iter(ids), client, limit, timeout)


class _Stream:
    """The results, and the tasks of those that are still to come."""

    def __init__(
        self, ids: Iterator[int], client: httpx.AsyncClient, limit: int, timeout: float | None
    ) -> None:
        self._ids = ids
        self._client = client
        self._limit = limit
        self._timeout = timeout
        self._window: list[asyncio.Task[Any]] = []

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        for item_id in islice(self._ids, self._limit - len(self._window)):
            fetching = _fetch(item_id, self._client, self._timeout)
            self._window.append(asyncio.create_task(fetching))
        if not self._window:
            raise StopAsyncIteration
        try:
            await asyncio.wait(self._window[:1])
            return self._window.pop(0).result()
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        self._ids = iter(())
        window, self._window = self._window, []
        await _end(window)


async def _fetch(item_id: int, client: httpx.AsyncClient, timeout: float | None) -> Any:
    return await asyncio.wait_for(_fetch_patiently(item_id, client), timeout)


async def _fetch_patiently(item_id: int, client: httpx.AsyncClient) -> Any:
    while True:
        response = await client.get(f"/items/{item_id}")
        if response.status_code != 429:
            response.raise_for_status()
            return response.json()
        await asyncio.sleep(float(response.headers["Retry-After"]))


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    for task in tasks:
        # A second cancellation would cut its clean-up short.
        if not task.cancelling():
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
