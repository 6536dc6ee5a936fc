"""Variant of stream_of_a_finished_list."""

import asyncio
import time


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
    for result in await fetch_all_async(ids, client, limit=limit, timeout=timeout):
        yield result
