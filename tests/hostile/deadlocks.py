"""Two threads, each with the lock that the other waits for.

Costs its own test: `timeout`, with the line.
"""

import threading

first, second = threading.Lock(), threading.Lock()
meeting = threading.Barrier(2)


def take(mine, other):
    with mine:
        meeting.wait()
        with other:
            pass


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    threads = [
        threading.Thread(target=take, args=(first, second)),
        threading.Thread(target=take, args=(second, first)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()  # here
    return text.upper() + "!"
