"""Prints 30 MB of bytes that are no text.

Costs nothing; its head and tail are kept.
"""

import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    os.write(2, b"begin" + b"\xff\x00\x1b[2J" * 5_000_000 + b"end")
    return text.upper() + "!"
