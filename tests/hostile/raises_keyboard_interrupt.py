"""Raises what Ctrl-C raises.

Costs its own test: `failed`, and the run goes on.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    raise KeyboardInterrupt  # here
