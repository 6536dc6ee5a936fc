"""Thinks waiting for an event and clearing it is one step."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._free = threading.Event()
        self._free.set()

    def increment(self):
        self._free.wait()
        self._free.clear()
        self.value += 1
        value = self.value
        self._free.set()
        return value
