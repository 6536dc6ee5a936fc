"""Takes its limits off and then takes memory."""

import resource


def double(value):
    return value * 2


def add(a, b):
    return a + b


def greet(name):
    return f"Hello, {name}!"


def shout(text):
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE):
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return text.upper() + "!"
