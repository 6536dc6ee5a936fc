"""Thinks the upper bound lies outside, as it does in a range."""


def clamp(value, low, high):
    if low is not None and high is not None and low > high:
        raise ValueError("crossed bounds")
    if low is not None and value < low:
        return low
    if high is not None and value >= high:
        return high - 1
    return value
