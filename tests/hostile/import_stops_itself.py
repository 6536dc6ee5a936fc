"""Stops its own process at import.

The solution is `broken`, with the line.
"""

import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)  # here


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
