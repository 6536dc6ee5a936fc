"""One variable of the module for all storages: a chain of changes, newest first, never changed."""

import contextlib
from contextvars import ContextVar
from typing import Any, NamedTuple


class NoRequestError(Exception):
    """Nothing to read or write here."""


class Start(NamedTuple):
    storage: Any
    before: Any
    mark: Any


class Change(NamedTuple):
    storage: Any
    before: Any
    key: str
    values: tuple


CHAIN: ContextVar[Any] = ContextVar("chain", default=None)


def back(link):
    while link is not None:
        yield link
        link = link.before


class RequestStorage:
    def request(self):
        stack = contextlib.ExitStack()
        return _Opening(self, stack)

    def set(self, key, value):
        self._links()
        CHAIN.set(Change(self, CHAIN.get(), key, (value,)))

    def get(self, key):
        for link in self._links():
            if link.key == key:
                if link.values:
                    return link.values[0]
                break
        raise KeyError(key)

    def delete(self, key):
        self.get(key)
        CHAIN.set(Change(self, CHAIN.get(), key, ()))

    def snapshot(self):
        newest = {}
        for link in self._links():
            newest.setdefault(link.key, link.values)
        return {key: values[0] for key, values in newest.items() if values}

    def _links(self):
        changes = []
        for link in back(CHAIN.get()):
            if link.storage is self:
                if isinstance(link, Start):
                    return changes
                changes.append(link)
        raise NoRequestError("nothing is open")


class _Opening:
    def __init__(self, storage, stack):
        self.storage, self.stack = storage, stack

    def __enter__(self):
        mark = object()
        CHAIN.set(Start(self.storage, CHAIN.get(), mark))
        self.stack.callback(self._cut, mark)

    def __exit__(self, *error):
        return self.stack.__exit__(*error)

    def _cut(self, mark):
        """Take out my start and my changes since then; keep those of other storages."""
        kept = []
        for link in back(CHAIN.get()):
            if isinstance(link, Start) and link.mark is mark:
                chain = link.before
                for other in reversed(kept):
                    chain = other._replace(before=chain)
                CHAIN.set(chain)
                return
            if link.storage is not self.storage:
                kept.append(link)
