"""Thinks a local variable protects what it was read from."""


class Counter:
    def __init__(self):
        self.value = 0

    def increment(self):
        value = self.value
        value += 1
        self.value = value
        return value
