"""Waits for somebody at the keyboard.

Costs its own test: `failed`: there is nobody.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return input()  # here
