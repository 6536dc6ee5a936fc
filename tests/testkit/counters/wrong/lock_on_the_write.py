"""Thinks only the write must be alone."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = threading.Lock()

    def increment(self):
        value = self.value + 1
        with self._lock:
            self.value = value
        return value
