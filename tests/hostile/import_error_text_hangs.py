"""An error at import whose text takes for ever.

The solution is `broken`, with the line.
"""

class Endless(Exception):
    def __str__(self):
        while True: pass  # here


raise Endless


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
