"""Calls sys.exit at import.

The solution is `broken`, with the line.
"""

import sys

sys.exit(0)  # here


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
