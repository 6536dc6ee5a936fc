"""What may come in: each check returns clean values or raises InvalidInput with every fault."""

from collections.abc import Mapping
from typing import Any

from .errors import InvalidInput

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


def check_user(payload: Any) -> dict[str, Any]:
    """Return the name and the e-mail of a new user."""
    fields = _fields(payload)
    email = fields.get("email")
    _refuse(name=_name_fault(fields), email=_email_fault(email))
    return {"name": fields["name"], "email": email}


def check_order(payload: Any) -> dict[str, Any]:
    """Return the user's id and the amount of a new order."""
    fields = _fields(payload)
    amount = fields.get("amount")
    _refuse(user_id=_user_id_fault(fields), amount=_amount_fault(amount))
    return {"user_id": fields["user_id"], "amount": amount}


def check_page(query: Mapping[str, str]) -> tuple[int, int]:
    """Return the limit and the offset of a page."""
    limit = _number(query.get("limit", str(DEFAULT_LIMIT)))
    offset = _number(query.get("offset", "0"))
    is_limit = limit is not None and 1 <= limit <= MAX_LIMIT
    _refuse(limit=None if is_limit else "value", offset="value" if offset is None else None)
    assert limit is not None
    assert offset is not None
    return limit, offset


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse(**faults: str | None) -> None:
    for field, fault in faults.items():
        if fault is not None:
            raise InvalidInput({field: fault})


def _fields(payload: Any) -> dict[str, Any]:
    if not isinstance(payload, dict):
        raise InvalidInput({"body": "type"})
    return payload


def _name_fault(fields: dict[str, Any]) -> str | None:
    if "name" not in fields:
        return "missing"
    if not isinstance(fields["name"], str):
        return "type"
    return None if fields["name"].strip() else "value"


def _email_fault(email: Any) -> str | None:
    if email is None:
        return None
    if not isinstance(email, str):
        return "type"
    return None if "@" in email else "value"


def _user_id_fault(fields: dict[str, Any]) -> str | None:
    if "user_id" not in fields:
        return "missing"
    return None if is_whole(fields["user_id"]) else "type"


def _amount_fault(amount: Any) -> str | None:
    if amount is None:
        return None
    if not is_whole(amount):
        return "type"
    return None if amount >= 0 else "value"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
