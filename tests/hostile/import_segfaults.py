"""Reads address 0 at import.

The solution is `broken`, with the line.
"""

import ctypes

ctypes.string_at(0)  # here


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
