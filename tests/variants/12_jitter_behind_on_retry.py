"""Variant of jitter_only_in_the_sleep."""

import asyncio
import functools
import inspect
import itertools
import random
import time


def backoff_delays(base, factor, cap):
    delay = base
    while True:
        yield min(cap, delay)
        if delay < cap:
            delay *= factor


def retry(
    *,
    attempts=3,
    base=0.1,
    factor=2.0,
    cap=60.0,
    jitter="none",
    retry_on=(Exception,),
    deadline=None,
    on_retry=None,
):
    bad = attempts < 1 or base < 0 or cap < 0 or factor < 1 or jitter not in ("none", "full")
    if bad or (deadline is not None and deadline <= 0):
        raise ValueError("retry: an option is out of its range")
    chance = random.SystemRandom()

    class Call:
        def __init__(self):
            self.began = time.monotonic()
            self.delays = backoff_delays(base, factor, cap)
            self.failed = 0

        def wait_after(self, error):
            """Return the seconds to wait, None if the error is to be raised."""
            self.failed += 1
            if not isinstance(error, retry_on) or self.failed >= attempts:
                return None
            delay = next(self.delays)
            wait = chance.uniform(0, delay) if jitter == "full" else delay
            if deadline is not None and time.monotonic() - self.began + delay > deadline:
                return None
            if on_retry is not None:
                on_retry(self.failed, error, delay)
            return wait

    def decorate(func):
        if inspect.iscoroutinefunction(func):

            @functools.wraps(func)
            async def wrapper(*args, **kwargs):
                call = Call()
                while True:
                    try:
                        return await func(*args, **kwargs)
                    except Exception as error:
                        delay = call.wait_after(error)
                        if delay is None:
                            raise
                    await asyncio.sleep(delay)

        else:

            @functools.wraps(func)
            def wrapper(*args, **kwargs):
                call = Call()
                while True:
                    try:
                        return func(*args, **kwargs)
                    except Exception as error:
                        delay = call.wait_after(error)
                        if delay is None:
                            raise
                    time.sleep(delay)

        return wrapper

    return decorate
