"""Thinks every thread needs a lock of its own."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._locks = threading.local()

    def increment(self):
        if not hasattr(self._locks, "lock"):
            self._locks.lock = threading.Lock()
        with self._locks.lock:
            self.value += 1
            return self.value
