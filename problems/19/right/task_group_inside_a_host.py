"""TaskGroups on both sides; the stream's lives in a task of its own, fed by permits."""

import asyncio
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
    slots, failures = asyncio.Semaphore(limit), []

    async def fetch_in_turn(item_id: int) -> Any:
        async with slots:
            try:
                return await _fetch(item_id, client, timeout)
            except Exception as error:
                failures.append(error)
                raise

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(fetch_in_turn(item_id)) for item_id in ids]
    except* Exception:
        pass
    if failures:
        raise failures[0]
    return [task.result() for task in tasks]


async def stream_results(
    ids: Iterable[int], client: httpx.AsyncClient, *, limit: int, timeout: float | None = None
) -> AsyncGenerator[Any, None]:
    """Fetch up to ``limit`` items at once; yield their results in input order, as they come."""
    _check_limit(limit)
    permits = asyncio.Semaphore(limit)
    queue: asyncio.Queue[asyncio.Future[Any] | None] = asyncio.Queue()

    async def keep(item_id: int, place: asyncio.Future[Any]) -> None:
        try:
            place.set_result((True, await _fetch(item_id, client, timeout)))
        except Exception as error:
            place.set_result((False, error))

    async def host() -> None:
        async with asyncio.TaskGroup() as group:
            for item_id in ids:
                await permits.acquire()
                place = asyncio.get_running_loop().create_future()
                group.create_task(keep(item_id, place))
                queue.put_nowait(place)
            queue.put_nowait(None)

    hosting = asyncio.create_task(host())
    try:
        while place := await queue.get():
            is_result, found = await place
            if not is_result:
                raise found
            yield found
            permits.release()
    finally:
        hosting.cancel()
        await asyncio.wait({hosting})


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
