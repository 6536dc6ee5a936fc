"""What may come in: each check returns clean values or raises InvalidInput with every fault."""

from collections.abc import Mapping
from typing import Any

from .errors import InvalidInput

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


def check_user(payload: Any) -> dict[str, Any]:
    """Return the name and the e-mail of a new user."""
    fields, faults = payload or {}, {}
    name, email = fields.get("name"), fields.get("email")
    if not name:
        faults["name"] = "missing"
    elif not isinstance(name, str):
        faults["name"] = "type"
    if email and not isinstance(email, str):
        faults["email"] = "type"
    elif email and "@" not in email:
        faults["email"] = "value"
    return _checked({"name": name, "email": email or None}, faults)


def check_order(payload: Any) -> dict[str, Any]:
    """Return the user's id and the amount of a new order."""
    fields, faults = payload or {}, {}
    user_id, amount = fields.get("user_id"), fields.get("amount")
    if not user_id:
        faults["user_id"] = "missing"
    elif not isinstance(user_id, int):
        faults["user_id"] = "type"
    if amount and not isinstance(amount, int):
        faults["amount"] = "type"
    elif amount and amount < 0:
        faults["amount"] = "value"
    return _checked({"user_id": user_id, "amount": amount or None}, faults)


def check_page(query: Mapping[str, str]) -> tuple[int, int]:
    """Return the limit and the offset of a page."""
    values, faults = {}, {}
    for name, default, least, most in (("limit", 20, 1, 100), ("offset", 0, 0, None)):
        try:
            values[name] = int(query.get(name) or default)
        except ValueError:
            faults[name] = "value"
            continue
        if values[name] < least or (most and values[name] > most):
            faults[name] = "value"
    _checked(values, faults)
    return values["limit"], values["offset"]


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number that tells something."""
    return bool(value) and isinstance(value, int)


def _checked(values: dict[str, Any], faults: dict[str, str]) -> dict[str, Any]:
    if faults:
        raise InvalidInput(faults)
    return values
