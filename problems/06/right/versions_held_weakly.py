"""The context holds only the current version; the storage keeps its values as long as it lives."""

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary


class NoRequestError(LookupError):
    pass


class Version:
    def __init__(self, request):
        self.request = request


class RequestStorage:
    def __init__(self):
        self._lock = threading.RLock()
        self._values = WeakKeyDictionary()
        self._version = ContextVar("version", default=None)

    @contextmanager
    def request(self):
        before, me = self._version.get(), object()
        self._replace(me, {})
        try:
            yield self
        finally:
            now = self._version.get()
            if now is not None and now.request is me:
                self._version.set(before)

    def _replace(self, request, values):
        version = Version(request)
        with self._lock:
            self._values[version] = values
        self._version.set(version)

    def _read(self):
        version = self._version.get()
        if version is None:
            raise NoRequestError
        with self._lock:
            return version.request, dict(self._values[version])

    def set(self, key, value):
        request, values = self._read()
        values[key] = value
        self._replace(request, values)

    def get(self, key):
        return self._read()[1][key]

    def delete(self, key):
        request, values = self._read()
        del values[key]
        self._replace(request, values)

    def snapshot(self):
        return self._read()[1]
