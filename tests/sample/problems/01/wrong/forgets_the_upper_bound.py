"""Thinks only what is too small does harm."""


def clamp(value, low, high):
    if low is not None and high is not None and low > high:
        raise ValueError("crossed bounds")
    return value if low is None or value > low else low
