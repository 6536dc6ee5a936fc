"""Sorts the value between the bounds and takes the middle one."""


def clamp(value, low, high):
    low = min(value, value if high is None else high) if low is None else low
    high = max(value, low) if high is None else high
    if low > high:
        raise ValueError(f"{low} > {high}")
    return sorted([low, value + 0, high])[1]
