"""Thinks temperatures are whole numbers."""


def clamp(value, low, high):
    return round(min(max(value, low), high))
