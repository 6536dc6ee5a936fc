"""Returns an object that cannot be shown.

Costs its own test: `failed`.
"""

class Shapeless:
    def __repr__(self):
        raise RuntimeError


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):  # here
    return Shapeless()
