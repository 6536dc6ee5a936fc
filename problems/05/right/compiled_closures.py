"""Turns the schema into functions first, then hands them the data."""

from __future__ import annotations

from collections.abc import Callable, Collection
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


Check: TypeAlias = Callable[[Any, tuple[str | int, ...]], list[FieldError]]


def validate(data: Any, schema: dict[str, Rule]) -> list[FieldError]:
    return _compile(schema)(data, ())


def _compile(rule: Rule) -> Check:
    if not isinstance(rule, Field):
        return _compile(Field(rule))
    if isinstance(rule.type, dict):
        inside = _object(rule.type)
    elif isinstance(rule.type, ListOf):
        inside = _elements(_compile(rule.type.item))
    else:
        inside = _plain(rule)
    allowed = rule.nullable

    def check(value: Any, path: tuple[str | int, ...]) -> list[FieldError]:
        if value is not None:
            return inside(value, path)
        return [] if allowed else [FieldError(path, "null")]

    return check


def _object(schema: dict[str, Rule]) -> Check:
    checks = {key: _compile(rule) for key, rule in schema.items()}
    optional = {
        key for key, rule in schema.items() if isinstance(rule, Field) and not rule.required
    }

    def check(value: Any, path: tuple[str | int, ...]) -> list[FieldError]:
        if not isinstance(value, dict):
            return [FieldError(path, "type")]
        errors = []
        for key, inner in checks.items():
            try:
                found = value[key]
            except KeyError:
                errors += [] if key in optional else [FieldError((*path, key), "missing")]
            else:
                errors += inner(found, (*path, key))
        strangers = [key for key in value if key not in checks]
        return errors + [FieldError((*path, key), "unknown") for key in strangers]

    return check


def _elements(inner: Check) -> Check:
    def check(value: Any, path: tuple[str | int, ...]) -> list[FieldError]:
        if not isinstance(value, list):
            return [FieldError(path, "type")]
        return [error for i, element in enumerate(value) for error in inner(element, (*path, i))]

    return check


def _plain(field: Field) -> Check:
    accepted = {int: {int}, float: {int, float}, str: {str}, bool: {bool}}[field.type]
    limits: list[tuple[str, Callable[[Any], bool]]] = []
    if field.choices is not None:
        choices = list(field.choices)
        limits.append(("choice", lambda value: value in choices))
    if field.minimum is not None:
        limits.append(("minimum", lambda value: field.minimum <= value))

    def check(value: Any, path: tuple[str | int, ...]) -> list[FieldError]:
        if type(value) not in accepted:
            return [FieldError(path, "type")]
        return [FieldError(path, code) for code, holds in limits if not holds(value)]

    return check
