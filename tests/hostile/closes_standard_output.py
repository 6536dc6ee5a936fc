"""Closes its output streams.

Costs nothing.
"""

import sys


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    sys.stdout.close()
    sys.stderr.close()
    return text.upper() + "!"
