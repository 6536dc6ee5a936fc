"""Raises the value to the lower bound, then lowers it to the upper one."""


def clamp(value, low, high):
    bounds = [bound for bound in (low, high) if bound is not None]
    if bounds != sorted(bounds):
        raise ValueError(bounds)
    if low is not None:
        value = max(value, low)
    return value if high is None else min(value, high)
