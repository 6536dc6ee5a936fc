"""A computation that never comes back to the interpreter.

Costs its own test: `timeout`, with the line.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return pow(3, (1 << 200_000) - 1, (1 << 200_000) + 1)  # here
