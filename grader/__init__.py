"""Backend Kata: run, judge and explain solutions."""

__version__ = "0.1.0"
