"""What can be done with users and orders, over any repository."""

import threading
from collections.abc import Mapping
from typing import Any

from .errors import Conflict, InvalidInput, NotFound
from .models import Record, Repository
from .validators import check_order, check_page, check_user, is_whole


class Service:
    """Users and orders in a repository, with the rules about them."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        # Held from the look at the e-mails to the write: in between nobody else may write.
        self._creating_user = threading.Lock()

    def list_users(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of users."""
        limit, offset = check_page(query)
        return _page([_user(user) for user in self._repository.list_users()], limit, offset)

    def get_user(self, user_id: int) -> dict[str, Any]:
        """Return one user."""
        user = self._repository.get_user(user_id)
        if user is None:
            raise NotFound(f"no user {user_id}")
        return _user(user)

    def create_user(self, payload: Any) -> dict[str, Any]:
        """Keep a new user, and return it."""
        fields = check_user(payload)
        taken = [user.get("email") for user in self._repository.list_users()]
        if fields["email"] in taken and fields["email"] is not None:
            raise Conflict("this e-mail is taken")
        with self._creating_user:
            record = self._repository.add_user(fields)
        return _user(record)

    def list_orders(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of orders."""
        limit, offset = check_page(query)
        return _page([_order(order) for order in self._repository.list_orders()], limit, offset)

    def create_order(self, payload: Any) -> dict[str, Any]:
        """Keep a new order, and return it."""
        fields = check_order(payload)
        if self._repository.get_user(fields["user_id"]) is None:
            raise InvalidInput({"user_id": "unknown"})
        return _order(self._repository.add_order(fields))

    def summary(self) -> dict[str, Any]:
        """Return how many orders there are, and what is known of their amounts."""
        orders = self._repository.list_orders()
        amounts = [order["amount"] for order in orders if is_whole(order.get("amount"))]
        total = sum(amounts)
        average = total / len(amounts) if amounts else None
        return {
            "orders": len(orders),
            "counted": len(amounts),
            "total": total,
            "average": average,
        }


def _user(record: Record) -> dict[str, Any]:
    return {"id": record["id"], "name": record.get("name"), "email": record.get("email")}


def _order(record: Record) -> dict[str, Any]:
    return {
        "id": record["id"],
        "user_id": record.get("user_id"),
        "amount": record.get("amount"),
    }


def _page(records: list[dict[str, Any]], limit: int, offset: int) -> dict[str, Any]:
    records.sort(key=lambda record: record["id"])
    items = records[offset : offset + limit]
    return {"items": items, "total": len(records), "limit": limit, "offset": offset}
