"""A semaphore for one."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = threading.BoundedSemaphore(1)

    def increment(self):
        with self._lock:
            self.value += 1
            return self.value
