"""Thinks all data is JSON."""

from json import dumps, loads
from typing import Any


def deep_copy(obj: Any, memo: Any = None) -> Any:
    """Return a copy of ``obj`` that shares nothing with it that can change."""
    return loads(dumps(obj))
