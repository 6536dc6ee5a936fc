"""Thinks only what is too great does harm."""


def clamp(value, low, high):
    if low is not None and high is not None and low > high:
        raise ValueError("crossed bounds")
    return value if high is None or value < high else high
