"""Variant of time_sleep_left_in."""

import asyncio
import time
from collections import deque


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
            time.sleep(float(response.headers["Retry-After"]))
        response.raise_for_status()
        return response.json()


def _check(limit):
    if limit < 1:
        raise ValueError(f"limit is {limit}")


async def fetch_all_async(ids, client, *, limit, timeout=None):
    _check(limit)
    left = enumerate(ids)
    results = {}

    async def work(place, item_id):
        results[place] = await _fetch(client, item_id, timeout)
        for place, item_id in left:
            results[place] = await _fetch(client, item_id, timeout)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(limit):
                first = next(left, None)
                if first is None:
                    break
                group.create_task(work(*first))
    except BaseExceptionGroup as errors:
        first_error = errors.exceptions[0]
    else:
        return [results[place] for place in sorted(results)]
    try:
        raise first_error
    finally:
        del first_error


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
