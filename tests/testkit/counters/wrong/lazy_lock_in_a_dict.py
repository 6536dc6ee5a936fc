"""Thinks a dict of locks needs no lock."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._locks = {}

    def increment(self):
        if "value" not in self._locks:
            self._locks["value"] = threading.Lock()
        with self._locks["value"]:
            self.value += 1
            return self.value
