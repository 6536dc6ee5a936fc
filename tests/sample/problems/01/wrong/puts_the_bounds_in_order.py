"""Thinks the caller has mixed up the bounds and means them the other way round."""


def clamp(value, low, high):
    if low is not None and high is not None and low > high:
        low, high = high, low
    if low is not None and value < low:
        return low
    if high is not None and value > high:
        return high
    return value
