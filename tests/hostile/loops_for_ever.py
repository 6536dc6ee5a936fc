"""An endless loop.

Costs its own test: `timeout`, with the line.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    while True: pass  # here
