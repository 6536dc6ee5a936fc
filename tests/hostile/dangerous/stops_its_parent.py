"""Stops the process that started it."""

import os
import signal


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    os.kill(os.getppid(), signal.SIGSTOP)
    return text.upper() + "!"
