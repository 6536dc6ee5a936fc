"""Starts a thread, not a daemon, that outlives the tests.

Costs nothing.
"""

import threading


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    threading.Thread(target=threading.Event().wait, daemon=False).start()
    return text.upper() + "!"
