"""Thinks that a limit means one chunk after the other."""

import asyncio
import time
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
    unread, results = iter(ids), []
    while chunk := list(islice(unread, limit)):
        results += await _fetch_chunk(chunk, client, timeout)
    return results


async def stream_results(
    ids: Iterable[int], client: httpx.AsyncClient, *, limit: int, timeout: float | None = None
) -> AsyncGenerator[Any, None]:
    """Fetch up to ``limit`` items at once; yield their results in input order, as they come."""
    _check_limit(limit)
    unread = iter(ids)
    while chunk := list(islice(unread, limit)):
        for result in await _fetch_chunk(chunk, client, timeout):
            yield result


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


async def _fetch_chunk(
    chunk: list[int], client: httpx.AsyncClient, timeout: float | None
) -> list[Any]:
    tasks = [asyncio.create_task(_fetch(item_id, client, timeout)) for item_id in chunk]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            if not task.cancelling():
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
