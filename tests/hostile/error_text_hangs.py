"""An error whose text takes for ever.

Costs its own test: `timeout`, with the line.
"""

class Endless(Exception):
    def __str__(self):
        while True: pass  # here


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    raise Endless
