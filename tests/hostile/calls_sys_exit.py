"""Calls sys.exit.

Costs its own test: `failed`.
"""

import sys


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    sys.exit(0)  # here
