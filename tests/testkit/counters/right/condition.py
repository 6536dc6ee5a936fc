"""The lock of a condition."""

from threading import Condition


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = Condition()

    def increment(self):
        with self._lock:
            self.value += 1
            self._lock.notify_all()
            return self.value
