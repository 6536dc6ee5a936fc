"""Has something printed and the process ended at its exit.

Costs nothing: it never runs.
"""

import atexit
import os

@atexit.register
def last_words():
    os.write(1, b"last words")
    os._exit(1)


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
