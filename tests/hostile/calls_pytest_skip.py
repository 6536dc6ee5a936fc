"""Asks pytest to skip the test.

Costs its own test: `failed`: it did not pass.
"""

import pytest


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    pytest.skip("no")  # here
