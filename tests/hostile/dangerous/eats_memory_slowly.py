"""A list that grows for ever."""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    grown = []
    while True:
        grown.append(bytes(1_000_000))
