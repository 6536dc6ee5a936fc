"""An error whose notes raise.

Costs its own test: `failed`.
"""

class Noted(Exception):
    @property
    def __notes__(self):
        raise RuntimeError("no notes")  # here


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    raise Noted
