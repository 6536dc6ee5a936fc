"""Aborts.

Costs its own test: `crashed`, with the line.
"""

import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    os.abort()  # here
