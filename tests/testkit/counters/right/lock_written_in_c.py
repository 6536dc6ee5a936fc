"""A lock that cannot be controlled."""

from _thread import RLock


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = RLock()

    def increment(self):
        with self._lock:
            self.value += 1
            return self.value
