"""Thinks the read and the write need a lock each."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._reading = threading.Lock()
        self._writing = threading.Lock()

    def increment(self):
        with self._reading:
            value = self.value
        with self._writing:
            self.value = value + 1
        return value + 1
