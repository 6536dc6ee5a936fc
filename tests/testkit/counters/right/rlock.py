"""A lock that its owner may take again."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = threading.RLock()

    def increment(self):
        with self._lock, self._lock:
            self.value += 1
            return self.value
