"""Asks pytest at import to skip the tests.

The solution is `broken`, with the line.
"""

import pytest

pytest.skip("no", allow_module_level=True)  # here


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    return text.upper() + "!"
