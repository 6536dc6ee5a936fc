"""The live test data of the course, extended: users and orders, some of them odd on purpose.

| Record | Odd about it |
|---|---|
| user 1 | nothing |
| user 2 | `email` is null |
| user 3 | `email` is missing |
| user 4 | `name` is a number |
| order 101 | nothing |
| order 102 | `amount` is null |
| order 103 | `amount` is missing |
| order 104 | `amount` is text |

Ids are whole numbers and unique, and every order belongs to a user.
`users()` and `orders()` return fresh lists of fresh dicts, to be changed at will.
`USERS` and `ORDERS` are the same records, read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Record = Mapping[str, Any]

__all__ = ["ORDERS", "USERS", "orders", "users"]


def _frozen(*records: dict[str, Any]) -> tuple[Record, ...]:
    """Return records that nobody can change, all of whose values are plain."""
    return tuple(MappingProxyType(record) for record in records)


USERS = _frozen(
    {"id": 1, "name": "Raj", "email": "raj@gmail.com"},
    {"id": 2, "name": "Amit", "email": None},
    {"id": 3, "name": "Sara"},
    {"id": 4, "name": 4711, "email": "lena@example.com"},
)

ORDERS = _frozen(
    {"id": 101, "user_id": 1, "amount": 2500},
    {"id": 102, "user_id": 2, "amount": None},
    {"id": 103, "user_id": 1},
    {"id": 104, "user_id": 3, "amount": "900"},
)


def users() -> list[dict[str, Any]]:
    """Return the users as a new list of new dicts."""
    return [dict(user) for user in USERS]


def orders() -> list[dict[str, Any]]:
    """Return the orders as a new list of new dicts."""
    return [dict(order) for order in ORDERS]
