"""Thinks a semaphore is a lock."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = threading.Semaphore(2)

    def increment(self):
        with self._lock:
            self.value += 1
            return self.value
