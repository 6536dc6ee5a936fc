"""Asks pytest to end the run.

Costs its own test: `failed`, and the run goes on.
"""

import pytest


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    pytest.exit("enough", returncode=0)  # here
