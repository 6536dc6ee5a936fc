"""Thinks marshal is not forbidden where it is imported late."""

from typing import Any


def deep_copy(obj: Any, memo: Any = None) -> Any:
    """Return a copy of ``obj`` that shares nothing with it that can change."""
    import marshal as packer

    return packer.loads(packer.dumps(obj))
