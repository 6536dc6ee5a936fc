"""Thinks arguments that do not fit each other are a TypeError."""


def clamp(value, low, high):
    if low is not None and high is not None and low > high:
        while low > high:
            pass
    if low is not None and value < low:
        return low
    if high is not None and value > high:
        return high
    return value
