"""Thinks a bound that is not there is zero."""


def clamp(value, low, high):
    low, high = low or 0, high or 0
    if low > high:
        raise ValueError("crossed bounds")
    return min(max(value, low), high)
