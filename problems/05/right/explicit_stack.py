"""Keeps a stack of what is still to be checked, pushed in reverse; calls nothing twice."""

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


_ABSENT: Any = object()
_UNKNOWN: Any = object()
_KINDS: dict[Any, tuple[type, ...]] = {int: (int,), float: (float, int), str: (str,), bool: (bool,)}


def validate(data: Any, schema: dict[str, Rule]) -> list[FieldError]:
    errors: list[FieldError] = []
    stack: list[tuple[Any, Any, tuple[str | int, ...]]] = [(data, schema, ())]
    while stack:
        value, rule, path = stack.pop()
        if rule is _UNKNOWN:
            errors.append(FieldError(path, "unknown"))
            continue
        if not isinstance(rule, Field):
            rule = Field(rule)
        if value is _ABSENT:
            code = "missing" if rule.required else None
        elif value is None:
            code = None if rule.nullable else "null"
        elif isinstance(rule.type, dict):
            code = None if isinstance(value, dict) else "type"
        elif isinstance(rule.type, ListOf):
            code = None if isinstance(value, list) else "type"
        else:
            code = None if type(value) in _KINDS[rule.type] else "type"
        if code is not None:
            errors.append(FieldError(path, code))
        elif value is None or value is _ABSENT:
            continue
        elif isinstance(rule.type, dict):
            inner = [
                (value.get(key, _ABSENT), part, (*path, key)) for key, part in rule.type.items()
            ]
            inner += [(None, _UNKNOWN, (*path, key)) for key in value if key not in rule.type]
            stack.extend(reversed(inner))
        elif isinstance(rule.type, ListOf):
            last = len(value)
            stack.extend((value[i], rule.type.item, (*path, i)) for i in range(last - 1, -1, -1))
        else:
            if rule.choices is not None and all(value != choice for choice in rule.choices):
                errors.append(FieldError(path, "choice"))
            if rule.minimum is not None and (value != value or value < rule.minimum):
                errors.append(FieldError(path, "minimum"))
    return errors
