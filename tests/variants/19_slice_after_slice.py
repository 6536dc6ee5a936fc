"""Variant of chunks."""

import asyncio
import time
from collections import deque
from itertools import islice


def fetch_all(ids, client):
    results = []
    for item_id in ids:
        response = client.get(f"/items/{item_id}")
        while response.status_code == 429:
            time.sleep(float(response.headers["Retry-After"]))
            response = client.get(f"/items/{item_id}")
        response.raise_for_status()
        results.append(response.json())
    return results


async def _fetch(client, item_id, timeout):
    async with asyncio.timeout(timeout):
        while True:
            response = await client.get(f"/items/{item_id}")
            if response.status_code != 429:
                break
            await asyncio.sleep(float(response.headers["Retry-After"]))
        response.raise_for_status()
        return response.json()


def _check(limit):
    if limit < 1:
        raise ValueError(f"limit is {limit}")


async def fetch_all_async(ids, client, *, limit, timeout=None):
    _check(limit)
    left = iter(ids)
    results = []
    while chunk := list(islice(left, limit)):
        tasks = [asyncio.create_task(_fetch(client, item_id, timeout)) for item_id in chunk]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            pending = [task for task in tasks if not task.done()]
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending)
        failed = [t for t in tasks if not t.cancelled() and t.exception() is not None]
        if failed:
            raise failed[0].exception()
        results += [task.result() for task in tasks]
    return results


async def stream_results(ids, client, *, limit, timeout=None):
    _check(limit)
    left = iter(ids)
    window = deque()
    try:
        while True:
            while len(window) < limit:
                try:
                    item_id = next(left)
                except StopIteration:
                    break
                window.append(asyncio.create_task(_fetch(client, item_id, timeout)))
            if not window:
                return
            await asyncio.wait([window[0]])
            yield window.popleft().result()
    finally:
        for task in window:
            task.cancel()
        if window:
            await asyncio.wait(window)
            for task in window:
                task.cancelled() or task.exception()
