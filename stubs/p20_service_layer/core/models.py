"""Records, and what keeps them."""

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
        raise NotImplementedError

    def list_users(self) -> list[dict[str, Any]]:
        """Return all users."""
        raise NotImplementedError

    def get_user(self, user_id: int) -> dict[str, Any] | None:
        """Return the user with that id, if there is one."""
        raise NotImplementedError

    def add_user(self, fields: Record) -> dict[str, Any]:
        """Keep a user under the next id."""
        raise NotImplementedError

    def list_orders(self) -> list[dict[str, Any]]:
        """Return all orders."""
        raise NotImplementedError

    def add_order(self, fields: Record) -> dict[str, Any]:
        """Keep an order under the next id."""
        raise NotImplementedError
