"""A pool with one worker."""

from concurrent.futures import ThreadPoolExecutor


class Counter:
    def __init__(self):
        self.value = 0
        self._pool = ThreadPoolExecutor(1)

    def increment(self):
        return self._pool.submit(self._increment).result()

    def _increment(self):
        self.value += 1
        return self.value
