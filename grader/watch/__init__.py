"""``grader watch``: grade on save."""

from grader.watch.session import watch_solution

__all__ = ["watch_solution"]
