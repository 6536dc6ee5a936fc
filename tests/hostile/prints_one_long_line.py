"""Prints 30 MB in one line.

Costs nothing; its head and tail are kept.
"""

import sys


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    sys.stdout.write("begin" + "x" * 30_000_000 + "end")
    return text.upper() + "!"
