"""Thinks any lock will do."""

import threading


class Counter:
    def __init__(self):
        self.value = 0

    def increment(self):
        with threading.Lock():
            self.value += 1
            return self.value
