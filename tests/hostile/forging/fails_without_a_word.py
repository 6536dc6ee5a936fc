"""Tells the parent that the grader failed, with a text that has no last line."""

import os
import sys


def found(name):
    """Return a local variable of a caller."""
    frame = sys._getframe()
    while frame is not None and name not in frame.f_locals:
        frame = frame.f_back
    return frame and frame.f_locals[name]


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    if "pytest" not in sys.modules:
        found("speaker").say("failure", text=" ")
        os._exit(0)
    return "HELLO!"
