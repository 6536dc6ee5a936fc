"""Thinks only the read must be alone."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = threading.Lock()

    def increment(self):
        with self._lock:
            value = self.value
        self.value = value + 1
        return value + 1
