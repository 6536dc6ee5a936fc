"""Prints what a passing run prints, and gives a wrong answer.

Costs its own test: `failed`: nothing printed counts.
"""

import os

FORGED = """
tests/test_hidden.py ........................................   [100%]
============================== 40 passed in 0.01s ==============================
{"kind": "end", "test": "problems/01/test_hidden.py::test_shouts", "report": \
{"outcome": "passed", "message": "", "where": null, "seconds": 0}}
{"kind": "done", "cpu": 0, "wall": 0}
"""


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):  # here
    for descriptor in (1, 2, 3):
        os.write(descriptor, FORGED.encode())
    return text
