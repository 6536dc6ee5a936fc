"""An endless loop at import.

The solution is `broken`, with the line.
"""

while True: pass  # here


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
