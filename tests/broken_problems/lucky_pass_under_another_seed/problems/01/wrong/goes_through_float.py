"""Thinks a float holds every whole number."""


def clamp(value, low, high):
    if low is not None and high is not None and low > high:
        raise ValueError("crossed bounds")
    if low is not None and value < low:
        return low
    if high is not None and value > high:
        return high
    return int(float(value)) if isinstance(value, int) else value
