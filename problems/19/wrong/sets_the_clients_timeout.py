"""Thinks that whoever gets a client may set it up."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from itertools import islice
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
    slots = asyncio.Semaphore(limit)

    async def fetch_in_turn(item_id: int) -> Any:
        async with slots:
            return await _fetch(item_id, client, timeout)

    tasks = [asyncio.create_task(fetch_in_turn(item_id)) for item_id in ids]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            if not task.cancelling():
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def stream_results(
    ids: Iterable[int], client: httpx.AsyncClient, *, limit: int, timeout: float | None = None
) -> AsyncGenerator[Any, None]:
    """Fetch up to ``limit`` items at once; yield their results in input order, as they come."""
    _check_limit(limit)
    unread = iter(ids)
    window: deque[asyncio.Task[Any]] = deque()
    try:
        while True:
            for item_id in islice(unread, limit - len(window)):
                window.append(asyncio.create_task(_fetch(item_id, client, timeout)))
            if not window:
                return
            yield await window[0]
            window.popleft()
    finally:
        for task in window:
            task.cancel()
        await asyncio.gather(*window, return_exceptions=True)


async def _fetch(item_id: int, client: httpx.AsyncClient, timeout: float | None) -> Any:
    """Do for one item what ``fetch_all`` does."""
    client.timeout = timeout
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
