"""A search that never comes back to the interpreter.

Costs its own test: `timeout`, with the line.
"""

import re


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return re.fullmatch(r"(a+)+b", "a" * 100 + text)  # here
