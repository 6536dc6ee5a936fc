"""Raises at import what Ctrl-C raises.

The solution is `broken`, with the line.
"""

raise KeyboardInterrupt  # here


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
