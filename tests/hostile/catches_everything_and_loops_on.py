"""A loop that swallows whatever would end it.

Costs its own test: `timeout`, with the line.
"""

import time


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    while True:
        try:
            time.sleep(60)  # here
        except BaseException:
            pass
