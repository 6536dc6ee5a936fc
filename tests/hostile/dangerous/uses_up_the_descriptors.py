"""Opens files for ever."""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    held = []
    while True:
        held.append(open("/dev/null"))
