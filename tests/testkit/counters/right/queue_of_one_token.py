"""Whoever has the token may write."""

import queue


class Counter:
    def __init__(self):
        self.value = 0
        self._token = queue.SimpleQueue()
        self._token.put(None)

    def increment(self):
        self._token.get()
        try:
            self.value += 1
            return self.value
        finally:
            self._token.put(None)
