"""What can be done with users and orders: functions that are handed repository and lock."""

import functools
from threading import RLock

from p20_service_layer.core.errors import Conflict, InvalidInput, NotFound
from p20_service_layer.core.validators import check_order, check_page, check_user


def list_users(repository, query):
    """Return a page of users."""
    return page(repository.list_users(), ("id", "name", "email"), query)


def get_user(repository, user_id):
    """Return one user."""
    found = repository.get_user(user_id)
    if found is None:
        raise NotFound
    return pick(found, ("id", "name", "email"))


def create_user(repository, lock, payload):
    """Keep a new user."""
    fields = check_user(payload)
    with lock:
        emails = {user.get("email") for user in repository.list_users()}
        if fields.get("email") in emails - {None}:
            raise Conflict
        return pick(repository.add_user(fields), ("id", "name", "email"))


def list_orders(repository, query):
    """Return a page of orders."""
    return page(repository.list_orders(), ("id", "user_id", "amount"), query)


def create_order(repository, lock, payload):
    """Keep a new order."""
    fields = check_order(payload)
    with lock:
        if repository.get_user(fields["user_id"]) is None:
            raise InvalidInput({"user_id": "unknown"})
        return pick(repository.add_order(fields), ("id", "user_id", "amount"))


def summary(repository):
    """Return what is known of all orders."""
    count, amounts = 0, []
    for order in repository.list_orders():
        count += 1
        match order.get("amount"):
            case bool():
                pass
            case int(amount):
                amounts.append(amount)
    return dict(
        orders=count,
        counted=len(amounts),
        total=sum(amounts),
        average=sum(amounts) / len(amounts) if amounts else None,
    )


def pick(record, names):
    """Return some fields of a record."""
    return {name: record.get(name) for name in names}


def page(records, names, query):
    """Return a page of records."""
    limit, offset = check_page(query)
    ordered = sorted(records, key=lambda record: record["id"])
    items = [pick(record, names) for record in ordered[offset : offset + limit]]
    return dict(items=items, total=len(ordered), limit=limit, offset=offset)


def Service(repository):
    """Return the operations over a repository."""
    lock = RLock()

    class Operations:
        pass

    operations = Operations()
    for function in (list_users, get_user, list_orders, summary):
        setattr(operations, function.__name__, named(function, repository))
    for function in (create_user, create_order):
        setattr(operations, function.__name__, named(function, repository, lock))
    return operations


def named(function, *given):
    """Return a function that has been given its first arguments."""
    return functools.update_wrapper(functools.partial(function, *given), function)
