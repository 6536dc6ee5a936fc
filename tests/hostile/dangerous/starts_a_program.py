"""Runs a shell."""

import subprocess


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    subprocess.run(["/bin/sh", "-c", "true"], check=True)
    return text.upper() + "!"
