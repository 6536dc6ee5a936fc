"""Endless recursion at import.

The solution is `broken`, with the line.
"""

def again():
    return again()  # here


again()


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
