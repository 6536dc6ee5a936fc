"""Takes and gives back by hand."""

import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._lock = threading.Lock()

    def increment(self):
        self._lock.acquire()
        try:
            self.value += 1
            return self.value
        finally:
            self._lock.release()
