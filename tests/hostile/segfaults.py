"""Reads address 0.

Costs its own test: `crashed`, with the line.
"""

import ctypes


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return ctypes.string_at(0)  # here
