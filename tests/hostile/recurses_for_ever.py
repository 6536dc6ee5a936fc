"""Endless recursion.

Costs its own test: `failed`, with a short message.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return shout(text)  # here
