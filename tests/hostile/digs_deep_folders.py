"""Makes 1,200 folders, each in the one before.

Costs nothing, and nothing is left.
"""

import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    for _ in range(1200):
        os.mkdir("deeper")
        os.chdir("deeper")
    return text.upper() + "!"
