"""Variant of mutable_dict_in_a_contextvar."""

import contextvars
from contextlib import contextmanager


class NoRequestError(Exception):
    pass


class _Gone:
    pass


class RequestStorage:
    def __init__(self):
        self._values = contextvars.ContextVar("values")

    @contextmanager
    def request(self):
        token = self._values.set({})
        try:
            yield
        finally:
            try:
                self._values.reset(token)
            except ValueError:
                pass
            del token

    def _now(self):
        values = self._values.get(None)
        if values is None:
            raise NoRequestError("no request is open")
        return values

    def set(self, key, value):
        self._now()[key] = value

    def get(self, key):
        return self._now()[key]

    def delete(self, key):
        del self._now()[key]

    def snapshot(self):
        return dict(self._now())
