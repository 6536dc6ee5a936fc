"""Thinks a flag is a lock."""


class Counter:
    def __init__(self):
        self.value = 0
        self._busy = False

    def increment(self):
        while self._busy:
            pass
        self._busy = True
        self.value += 1
        value = self.value
        self._busy = False
        return value
