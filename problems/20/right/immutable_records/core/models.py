"""Frozen records, and what keeps them."""

import itertools
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from threading import Condition
from typing import Any, Protocol

Record = Mapping[str, Any]


class Repository(Protocol):
    def list_users(self) -> list[dict[str, Any]]: ...
    def get_user(self, user_id: int) -> dict[str, Any] | None: ...
    def add_user(self, fields: Record) -> dict[str, Any]: ...
    def list_orders(self) -> list[dict[str, Any]]: ...
    def add_order(self, fields: Record) -> dict[str, Any]: ...


@dataclass(frozen=True)
class User:
    id: int
    name: Any
    email: Any = None


@dataclass(frozen=True)
class Order:
    id: int
    user_id: int
    amount: Any = None


class Table:
    """Records of one type, in the order in which they came."""

    def __init__(self, kind, records):
        self._kind = kind
        self._rows = deque(kind(**record) for record in records)
        self._ids = itertools.count(max((row.id for row in self._rows), default=0) + 1)

    def rows(self):
        return tuple(self._rows)

    def add(self, fields):
        row = self._kind(**(dict(fields) | {"id": next(self._ids)}))
        self._rows.append(row)
        return row


class MemoryRepository:
    """A repository of frozen records."""

    def __init__(self, users: Iterable[Record] = (), orders: Iterable[Record] = ()) -> None:
        self._lock = Condition()
        self._tables = {User: Table(User, users), Order: Table(Order, orders)}

    def list_users(self):
        return [asdict(user) for user in self._rows(User)]

    def get_user(self, user_id):
        return next((asdict(user) for user in self._rows(User) if user.id == user_id), None)

    def add_user(self, fields):
        return self._add(User, fields)

    def list_orders(self):
        return [asdict(order) for order in self._rows(Order)]

    def add_order(self, fields):
        return self._add(Order, fields)

    def _rows(self, kind):
        with self._lock:
            return self._tables[kind].rows()

    def _add(self, kind, fields):
        with self._lock:
            return asdict(self._tables[kind].add(fields))
