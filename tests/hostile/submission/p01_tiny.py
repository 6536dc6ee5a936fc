"""Right, and handed in with files that would like to be loaded."""

import json
import random


def is_own(module):
    return "submission" in (module.__file__ or "")


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    assert not is_own(json) and not is_own(random)
    try:
        import helpers
    except ImportError:
        return text.upper() + "!"
    return helpers.__file__
