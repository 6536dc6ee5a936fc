"""A call that hangs while other threads are at other lines.

Costs its own test: `timeout`, with the line.
"""

import threading
import time

def busy():
    while True:
        time.sleep(60)


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    for _ in range(20):
        threading.Thread(target=busy, daemon=True).start()
    while True: pass  # here
