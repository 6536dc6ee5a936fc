"""Prints 30 MB in lines.

Costs nothing; its head and tail are kept.
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    print("begin")
    for _ in range(1000):
        print("x\n" * 15_000)
    print("end")
    return text.upper() + "!"
