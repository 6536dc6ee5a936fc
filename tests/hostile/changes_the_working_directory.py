"""Goes elsewhere and stays.

Costs nothing.
"""

import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    os.chdir("/")
    return text.upper() + "!"
