"""What may come in: each check returns clean values or raises InvalidInput with every fault.

A suggestion: no test calls these functions.
"""

from collections.abc import Mapping
from typing import Any


def check_user(payload: Any) -> dict[str, Any]:
    """Return the name and the e-mail of a new user."""
    raise NotImplementedError


def check_order(payload: Any) -> dict[str, Any]:
    """Return the user's id and the amount of a new order."""
    raise NotImplementedError


def check_page(query: Mapping[str, str]) -> tuple[int, int]:
    """Return the limit and the offset of a page."""
    raise NotImplementedError


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number; True and False are none."""
    raise NotImplementedError
