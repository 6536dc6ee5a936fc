"""Thinks the value is still its own after the lock is free."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = threading.Lock()

    def increment(self):
        with self._lock:
            self.value += 1
        return self.value
