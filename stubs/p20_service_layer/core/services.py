"""What can be done with users and orders, over any repository."""

from collections.abc import Mapping
from typing import Any

from .models import Repository


class Service:
    """Users and orders in a repository, with the rules about them."""

    def __init__(self, repository: Repository) -> None:
        raise NotImplementedError

    def list_users(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of users."""
        raise NotImplementedError

    def get_user(self, user_id: int) -> dict[str, Any]:
        """Return one user."""
        raise NotImplementedError

    def create_user(self, payload: Any) -> dict[str, Any]:
        """Keep a new user, and return it."""
        raise NotImplementedError

    def list_orders(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of orders."""
        raise NotImplementedError

    def create_order(self, payload: Any) -> dict[str, Any]:
        """Keep a new order, and return it."""
        raise NotImplementedError

    def summary(self) -> dict[str, Any]:
        """Return how many orders there are, and what is known of their amounts."""
        raise NotImplementedError
