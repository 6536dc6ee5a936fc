"""What can be done with users and orders: each operation returns a body and a status."""

import threading
from collections.abc import Mapping
from typing import Any

from .errors import InvalidInput
from .models import Record, Repository
from .validators import check_order, check_page, check_user, is_whole

Outcome = tuple[dict[str, Any], int]


class Service:
    """Users and orders in a repository, with the rules about them."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._creating_user = threading.Lock()

    def list_users(self, query: Mapping[str, str]) -> Outcome:
        """Return a page of users."""
        return self._page(self._repository.list_users(), _user, query)

    def get_user(self, user_id: int) -> Outcome:
        """Return one user."""
        user = self._repository.get_user(user_id)
        return (_user(user), 200) if user else _error("not_found", 404)

    def create_user(self, payload: Any) -> Outcome:
        """Keep a new user, and return it."""
        try:
            fields = check_user(payload)
        except InvalidInput as error:
            return _error("invalid", 422, error.details)
        with self._creating_user:
            taken = {user.get("email") for user in self._repository.list_users()} - {None}
            if fields["email"] in taken:
                return _error("conflict", 409)
            return _user(self._repository.add_user(fields)), 201

    def list_orders(self, query: Mapping[str, str]) -> Outcome:
        """Return a page of orders."""
        return self._page(self._repository.list_orders(), _order, query)

    def create_order(self, payload: Any) -> Outcome:
        """Keep a new order, and return it."""
        try:
            fields = check_order(payload)
        except InvalidInput as error:
            return _error("invalid", 422, error.details)
        if self._repository.get_user(fields["user_id"]) is None:
            return _error("invalid", 422, {"user_id": "unknown"})
        return _order(self._repository.add_order(fields)), 201

    def summary(self) -> Outcome:
        """Return how many orders there are, and what is known of their amounts."""
        orders = self._repository.list_orders()
        amounts = [order["amount"] for order in orders if is_whole(order.get("amount"))]
        total = sum(amounts)
        average = total / len(amounts) if amounts else None
        counts = {"orders": len(orders), "counted": len(amounts)}
        return {**counts, "total": total, "average": average}, 200

    def _page(self, records: list[Any], view: Any, query: Mapping[str, str]) -> Outcome:
        try:
            limit, offset = check_page(query)
        except InvalidInput as error:
            return _error("invalid", 422, error.details)
        shown = sorted(map(view, records), key=lambda record: record["id"])
        items = shown[offset : offset + limit]
        return {"items": items, "total": len(shown), "limit": limit, "offset": offset}, 200


def _error(code: str, status: int, details: dict[str, str] | None = None) -> Outcome:
    return {"error": {"code": code, "message": f"{code}!", "details": details}}, status


def _user(record: Record) -> dict[str, Any]:
    return {"id": record["id"], "name": record.get("name"), "email": record.get("email")}


def _order(record: Record) -> dict[str, Any]:
    return {
        "id": record["id"],
        "user_id": record.get("user_id"),
        "amount": record.get("amount"),
    }
