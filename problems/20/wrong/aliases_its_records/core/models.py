"""Records, and what keeps them."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

Record = Mapping[str, Any]


class Repository(Protocol):
    """Keeps records and gives them ids; knows no rules. Given, and complete."""

    def list_users(self) -> list[dict[str, Any]]:
        """Return all users, in any order."""

    def get_user(self, user_id: int) -> dict[str, Any] | None:
        """Return the user with that id, if there is one."""

    def add_user(self, fields: Record) -> dict[str, Any]:
        """Keep a user under a new id, and return the record with its ``id``."""

    def list_orders(self) -> list[dict[str, Any]]:
        """Return all orders, in any order."""

    def add_order(self, fields: Record) -> dict[str, Any]:
        """Keep an order under a new id, and return the record with its ``id``."""


class MemoryRepository:
    """A repository that keeps copies of its records in memory, for threads to share."""

    def __init__(self, users: Iterable[Record] = (), orders: Iterable[Record] = ()) -> None:
        self._lock = threading.Lock()
        self._users = _by_id(users)
        self._orders = _by_id(orders)

    def list_users(self) -> list[dict[str, Any]]:
        """Return all users."""
        return self._all(self._users)

    def get_user(self, user_id: int) -> dict[str, Any] | None:
        """Return the user with that id, if there is one."""
        record = self._users.get(user_id)
        return record

    def add_user(self, fields: Record) -> dict[str, Any]:
        """Keep a user under the next id."""
        return self._add(self._users, fields)

    def list_orders(self) -> list[dict[str, Any]]:
        """Return all orders."""
        return self._all(self._orders)

    def add_order(self, fields: Record) -> dict[str, Any]:
        """Keep an order under the next id."""
        return self._add(self._orders, fields)

    def _all(self, records: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
        with self._lock:
            return list(records.values())

    def _add(self, records: dict[int, dict[str, Any]], fields: Record) -> dict[str, Any]:
        with self._lock:
            record = {**fields, "id": max(records, default=0) + 1}
            records[record["id"]] = record
            return record


def _by_id(records: Iterable[Record]) -> dict[int, dict[str, Any]]:
    return {record["id"]: record for record in records}
