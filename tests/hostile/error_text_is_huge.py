"""An error with 1 MB of text.

Costs its own test: `failed`, with a capped message.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    raise ValueError("x" * 1_000_000)  # here
