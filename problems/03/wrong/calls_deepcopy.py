"""Thinks the library has solved it."""

import copy
from typing import Any


def deep_copy(obj: Any, memo: Any = None) -> Any:
    """Return a copy of ``obj`` that shares nothing with it that can change."""
    return copy.deepcopy(obj, memo)
