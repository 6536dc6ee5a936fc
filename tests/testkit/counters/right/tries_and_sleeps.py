"""Tries until the lock is free, and sleeps in between."""

import threading
import time


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = threading.Lock()

    def increment(self):
        while not self._lock.acquire(blocking=False):
            time.sleep(0.01)
        try:
            self.value += 1
            return self.value
        finally:
            self._lock.release()
