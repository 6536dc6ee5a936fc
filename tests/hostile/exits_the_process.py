"""Ends the process in the middle of a call.

Costs its own test: `crashed`.
"""

import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    os._exit(0)
