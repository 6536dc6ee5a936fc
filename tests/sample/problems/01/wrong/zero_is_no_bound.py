"""Thinks a bound that is not there is the only one that is false."""


def clamp(value, low, high):
    if low and high and low > high:
        raise ValueError("crossed bounds")
    if low and value < low:
        return low
    if high and value > high:
        return high
    return value
