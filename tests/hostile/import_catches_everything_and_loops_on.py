"""A loop at import that swallows whatever would end it.

The solution is `broken`, with the line.
"""

import time

while True:
    try:
        time.sleep(60)  # here
    except BaseException:
        pass


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
