"""Thinks every sequence is a list, even a text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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

_Path: TypeAlias = tuple[str | int, ...]


def validate(data: Any, schema: dict[str, Rule]) -> list[FieldError]:
    """Return everything that is wrong with ``data``, in the order of the statement."""
    return list(_check(data, Field(schema), ()))


def _check(value: Any, field: Field, path: _Path) -> Iterator[FieldError]:
    if value is None:
        if not field.nullable:
            yield FieldError(path, "null")
    elif not _has_type(value, field):
        yield FieldError(path, "type")
    elif isinstance(field.type, dict):
        yield from _check_object(value, field.type, path)
    elif isinstance(field.type, ListOf):
        for index, element in enumerate(value):
            yield from _check(element, _as_field(field.type.item), (*path, index))
    else:
        yield from _check_limits(value, field, path)


def _check_object(
    value: dict[str, Any], schema: dict[str, Rule], path: _Path
) -> Iterator[FieldError]:
    for key, rule in schema.items():
        field = _as_field(rule)
        if key in value:
            yield from _check(value[key], field, (*path, key))
        elif field.required:
            yield FieldError((*path, key), "missing")
    for key in value:
        if key not in schema:
            yield FieldError((*path, key), "unknown")


def _check_limits(value: Any, field: Field, path: _Path) -> Iterator[FieldError]:
    if field.choices is not None and value not in field.choices:
        yield FieldError(path, "choice")
    # Not `value < minimum`: nothing is below NaN, and NaN is below nothing.
    if field.minimum is not None and not value >= field.minimum:
        yield FieldError(path, "minimum")


def _has_type(value: Any, field: Field) -> bool:
    if isinstance(field.type, dict):
        return isinstance(value, dict)
    if isinstance(field.type, ListOf):
        return isinstance(value, Sequence)
    if isinstance(value, bool):
        return field.type is bool
    if field.type is float:
        return isinstance(value, int | float)
    return isinstance(value, field.type)


def _as_field(rule: Rule) -> Field:
    return rule if isinstance(rule, Field) else Field(rule)
