"""Closes all descriptors at import.

The solution is `broken`.
"""

import os

os.closerange(3, 256)


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
