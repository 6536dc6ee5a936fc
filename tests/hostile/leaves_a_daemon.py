"""Forks twice, as daemons do, and leaves the grandchild.

Costs nothing, and nothing is left.
"""

import os
import time

def become_a_daemon():
    os.setsid()
    if os.fork() == 0:
        time.sleep(300)
    os._exit(0)


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    child = os.fork()
    if child == 0:
        become_a_daemon()
    os.waitpid(child, 0)
    return text.upper() + "!"
