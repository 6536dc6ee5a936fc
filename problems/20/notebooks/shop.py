"""The shop of the three notebooks: users and orders, and no framework."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]


class ShopError(Exception):
    """The shop refuses to do something."""


class UnknownUser(ShopError):
    """There is no user with that id."""


class BadAmount(ShopError):
    """An amount must be a whole number, and not negative."""


@dataclass(frozen=True)
class User:
    id: int
    name: str
    email: str | None


@dataclass(frozen=True)
class Order:
    id: int
    user_id: int
    amount: int | None  # None if nobody knows it


@dataclass
class Shop:
    users: dict[int, User]
    orders: dict[int, Order]


def read_user(record: Record) -> User:
    return User(record["id"], str(record["name"]), record.get("email"))


def read_order(record: Record) -> Order:
    amount = record.get("amount")
    if not isinstance(amount, int):
        amount = None
    return Order(record["id"], record["user_id"], amount)


def open_shop(users: Iterable[Record], orders: Iterable[Record]) -> Shop:
    return Shop(
        {user.id: user for user in map(read_user, users)},
        {order.id: order for order in map(read_order, orders)},
    )


def list_users(shop: Shop) -> list[User]:
    return list(shop.users.values())


def get_user(shop: Shop, user_id: int) -> User:
    if user_id not in shop.users:
        raise UnknownUser(user_id)
    return shop.users[user_id]


def add_order(shop: Shop, user_id: int, amount: int) -> Order:
    """Check everything first, then write once."""
    if not isinstance(amount, int) or amount < 0:
        raise BadAmount(amount)
    user = get_user(shop, user_id)
    order = Order(max(shop.orders, default=0) + 1, user.id, amount)
    shop.orders[order.id] = order
    return order


def orders_summary(shop: Shop) -> dict[str, int]:
    amounts = [o.amount for o in shop.orders.values() if o.amount is not None]
    return {"orders": len(shop.orders), "known": len(amounts), "total": sum(amounts)}


def fraud_score(rounds: int) -> int:
    """Compute for as long as the caller wants; nothing here waits."""
    score = 1
    for number in range(rounds):
        score = (score * 31 + number) % 1_000_003
    return score
