"""Child side: compile what dataclasses write once, instead of anew for each test.

A solution is run anew for each test. Most of that time goes into compiling the methods that its
dataclasses write; their source is the same each time.
"""

from __future__ import annotations

import builtins
import dataclasses
import functools
from types import CodeType
from typing import Any


def keep_compiled() -> None:
    """Let ``dataclasses`` compile each generated source once in this process."""
    # A module's global hides the builtin of that name.
    vars(dataclasses)["exec"] = _exec


def _exec(source: Any, *namespaces: Any) -> None:
    builtins.exec(_compiled(source) if isinstance(source, str) else source, *namespaces)  # noqa: S102


@functools.cache
def _compiled(source: str) -> CodeType:
    # As dataclasses would: not with the future of this module.
    return compile(source, "<string>", "exec", dont_inherit=True)
