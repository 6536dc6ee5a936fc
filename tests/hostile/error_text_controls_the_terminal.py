"""An error with escape codes and half characters.

Costs its own test: `failed`, with a harmless message.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    raise ValueError("\x1b[2J\x9b31m\ud800\u202e\x00")  # here
