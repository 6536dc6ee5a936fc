"""A context variable for each key, whose values say to which request they belong."""

from contextlib import suppress
from contextvars import ContextVar

GONE = object()


class NoRequestError(Exception):
    pass


class Request:
    def __init__(self, storage):
        self.storage = storage
        self.tokens = []

    def __enter__(self):
        self.tokens.append(self.storage.now.set(self))

    def __exit__(self, *error):
        for token in reversed(self.tokens):
            with suppress(ValueError):
                token.var.reset(token)
        self.tokens.clear()


class RequestStorage:
    def __init__(self):
        self.now = ContextVar("now")
        self.variables = {}

    def request(self):
        return Request(self)

    def set(self, key, value):
        request = self._request()
        variable = self.variables.setdefault(key, ContextVar(key))
        request.tokens.append(variable.set((request, value)))

    def get(self, key):
        return self._values()[key]

    def delete(self, key):
        self.get(key)
        self.set(key, GONE)

    def snapshot(self):
        return self._values()

    def _request(self):
        try:
            return self.now.get()
        except LookupError:
            raise NoRequestError from None

    def _values(self):
        mine, found = self._request(), {}
        for key, variable in list(self.variables.items()):
            owner, value = variable.get((None, None))
            if owner is mine and value is not GONE:
                found[key] = value
        return found
