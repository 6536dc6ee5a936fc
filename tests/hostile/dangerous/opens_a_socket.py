"""Calls another machine."""

import socket


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    socket.create_connection(("127.0.0.1", 9), timeout=1)
    return text.upper() + "!"
