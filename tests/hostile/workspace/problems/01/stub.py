"""The stub of a tiny problem."""


def double(value):
    """Return twice the value."""
    raise NotImplementedError


def shout(text):
    """Return the text in capital letters, with an exclamation mark."""
    raise NotImplementedError


def add(a, b):
    """Return the sum."""
    raise NotImplementedError


def greet(name):
    """Return "Hello, " and the name, with an exclamation mark."""
    raise NotImplementedError
