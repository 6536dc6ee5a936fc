"""Leaves a child process in a session of its own.

Costs nothing, and nothing is left.
"""

import subprocess


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    subprocess.Popen(["sleep", "300"], start_new_session=True)
    return text.upper() + "!"
