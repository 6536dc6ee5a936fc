"""Thinks what comes back from pickle is a copy."""

import pickle
from typing import Any


def deep_copy(obj: Any, memo: Any = None) -> Any:
    """Return a copy of ``obj`` that shares nothing with it that can change."""
    return pickle.loads(pickle.dumps(obj))
