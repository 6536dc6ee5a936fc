"""Variant of thread_local."""

import threading
from contextlib import contextmanager


class NoRequestError(Exception):
    pass


class RequestStorage:
    def __init__(self):
        self._local = threading.local()

    @contextmanager
    def request(self):
        stack = self._local.__dict__.setdefault("stack", [])
        stack.append({})
        try:
            yield
        finally:
            if stack:
                stack.pop()

    @property
    def _top(self):
        stack = getattr(self._local, "stack", None)
        if not stack:
            raise NoRequestError("there is no request here")
        return stack[-1]

    def set(self, key, value):
        self._top[key] = value

    def get(self, key):
        return self._top[key]

    def delete(self, key):
        self._top.pop(key) if key in self._top else self._missing(key)

    def _missing(self, key):
        raise KeyError(key)

    def snapshot(self):
        return self._top.copy()
