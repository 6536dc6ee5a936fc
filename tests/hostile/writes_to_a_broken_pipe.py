"""Writes to a pipe that nobody reads, which Python makes an error and not the end.

Costs nothing.
"""

import contextlib
import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    reader, writer = os.pipe()
    os.close(reader)
    with contextlib.suppress(BrokenPipeError):
        os.write(writer, b"nobody hears it")
    return text.upper() + "!"
