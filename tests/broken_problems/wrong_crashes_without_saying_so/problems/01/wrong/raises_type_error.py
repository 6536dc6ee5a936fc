"""Thinks arguments that do not fit each other are a TypeError."""


import os


def clamp(value, low, high):
    if low is not None and high is not None and low > high:
        os._exit(1)
    if low is not None and value < low:
        return low
    if high is not None and value > high:
        return high
    return value
