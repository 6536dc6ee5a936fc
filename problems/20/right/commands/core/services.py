"""Commands, their handlers, and a service that brings them together."""

import functools
import threading
from dataclasses import dataclass
from typing import Any

from . import validators
from .errors import Conflict, InvalidInput, NotFound


@dataclass(frozen=True)
class ListUsers:
    query: Any


@dataclass(frozen=True)
class GetUser:
    user_id: int


@dataclass(frozen=True)
class CreateUser:
    payload: Any


@dataclass(frozen=True)
class ListOrders:
    query: Any


@dataclass(frozen=True)
class CreateOrder:
    payload: Any


@dataclass(frozen=True)
class Summarise:
    pass


@functools.singledispatch
def handle(command, repository):
    """Carry out a command."""
    raise TypeError(command)


@handle.register
def _(command: ListUsers, repository):
    return _page(command.query, repository.list_users(), _user)


@handle.register
def _(command: GetUser, repository):
    user = repository.get_user(command.user_id)
    if user is None:
        raise NotFound(command.user_id)
    return _user(user)


@handle.register
def _(command: CreateUser, repository):
    fields = validators.check_user(command.payload)
    for user in repository.list_users():
        if fields["email"] is not None and user.get("email") == fields["email"]:
            raise Conflict
    return _user(repository.add_user(fields))


@handle.register
def _(command: ListOrders, repository):
    return _page(command.query, repository.list_orders(), _order)


@handle.register
def _(command: CreateOrder, repository):
    fields = validators.check_order(command.payload)
    if repository.get_user(fields["user_id"]) is None:
        raise InvalidInput({"user_id": "unknown"})
    return _order(repository.add_order(fields))


@handle.register
def _(command: Summarise, repository):
    orders = repository.list_orders()
    amounts = [o["amount"] for o in orders if type(o.get("amount")) is int]
    return {
        "orders": len(orders),
        "counted": len(amounts),
        "total": sum(amounts, 0),
        "average": sum(amounts) / len(amounts) if amounts else None,
    }


class Service:
    """Hands each command to its handler, one at a time."""

    def __init__(self, repository):
        self._repository = repository
        self._lock = threading.RLock()

    def execute(self, command):
        with self._lock:
            return handle(command, self._repository)

    def list_users(self, query):
        return self.execute(ListUsers(query))

    def get_user(self, user_id):
        return self.execute(GetUser(user_id))

    def create_user(self, payload):
        return self.execute(CreateUser(payload))

    def list_orders(self, query):
        return self.execute(ListOrders(query))

    def create_order(self, payload):
        return self.execute(CreateOrder(payload))

    def summary(self):
        return self.execute(Summarise())


def _user(record):
    return {"id": record["id"], "name": record["name"], "email": record.get("email")}


def _order(record):
    return {"id": record["id"], "user_id": record["user_id"], "amount": record.get("amount")}


def _page(query, records, view):
    limit, offset = validators.check_page(query)
    shown = [view(record) for record in sorted(records, key=lambda record: record["id"])]
    return {
        "items": shown[offset:][:limit],
        "total": len(shown),
        "limit": limit,
        "offset": offset,
    }
