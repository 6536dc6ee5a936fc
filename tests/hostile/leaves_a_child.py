"""Leaves a child process behind.

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
    subprocess.Popen(["sleep", "300"])
    return text.upper() + "!"
