"""Ends the process at import.

The solution is `broken`.
"""

import os

os._exit(0)


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
