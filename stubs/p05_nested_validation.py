"""05 · Nested validation with nulls. The statement: `grader show 05`, or problems/05/README.md.

The classes are given: keep them as they are, and write `validate`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class FieldError:
    """Given: one thing that is wrong with the data, and where."""

    path: tuple[str | int, ...]
    code: str


@dataclass(frozen=True)
class Field:
    """Given: what one value of the data has to be."""

    type: type | ListOf | dict[str, Rule]
    required: bool = True
    nullable: bool = False
    choices: Collection[Any] | None = None
    minimum: int | float | None = None


@dataclass(frozen=True)
class ListOf:
    """Given: a list, and what each of its elements has to be."""

    item: Rule


Rule: TypeAlias = Field | ListOf | dict[str, "Rule"]


def validate(data: Any, schema: dict[str, Rule]) -> list[FieldError]:
    """Return everything that is wrong with ``data``, in the order of the statement."""
    raise NotImplementedError
