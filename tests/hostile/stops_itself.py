"""Stops its own process.

Costs its own test: `timeout`, with the line.
"""

import os
import signal


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    os.kill(os.getpid(), signal.SIGSTOP)  # here
    return text.upper() + "?"
