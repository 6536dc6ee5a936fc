"""Raises SystemExit without anything.

Costs its own test: `failed`.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    raise SystemExit  # here
