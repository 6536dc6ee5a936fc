"""An error whose text raises.

Costs its own test: `failed`.
"""

class Mute(Exception):
    def __str__(self):
        raise RuntimeError

    __repr__ = __str__


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    raise Mute  # here
