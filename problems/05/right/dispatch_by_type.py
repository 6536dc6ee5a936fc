"""Dispatches on the class of the rule; sums up lists of errors, several calls a level."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import reduce, singledispatch
from itertools import chain
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
    return errors_of(schema, data)


@singledispatch
def errors_of(rule: Any, value: Any) -> list[FieldError]:
    raise TypeError(f"no rule: {rule!r}")


@errors_of.register(dict)
def _(rule: dict[str, Rule], value: Any) -> list[FieldError]:
    if not isinstance(value, dict):
        return one("null" if value is None else "type")
    known = [under(key, errors_of_key(rule[key], key, value)) for key in rule]
    unknown = [under(key, one("unknown")) for key in filter(lambda key: key not in rule, value)]
    return list(chain(*known, *unknown))


@errors_of.register
def _(rule: ListOf, value: Any) -> list[FieldError]:
    if not isinstance(value, list):
        return one("null" if value is None else "type")
    found = (under(index, errors_of(rule.item, element)) for index, element in enumerate(value))
    return reduce(list.__add__, found, [])


@errors_of.register
def _(rule: Field, value: Any) -> list[FieldError]:
    if value is None and rule.nullable:
        return []
    if isinstance(rule.type, type):
        return errors_of_plain(rule, value)
    return errors_of(rule.type, value)


def errors_of_key(rule: Rule, key: str, value: dict[str, Any]) -> list[FieldError]:
    if key in value.keys():
        return errors_of(rule, value[key])
    is_optional = isinstance(rule, Field) and not rule.required
    return [] if is_optional else one("missing")


def errors_of_plain(rule: Field, value: Any) -> list[FieldError]:
    if value is None:
        return one("null")
    is_whole = rule.type is float and type(value) is int
    if type(value) is not rule.type and not is_whole:
        return one("type")
    errors = []
    if rule.choices is not None and value not in rule.choices:
        errors += one("choice")
    if rule.minimum is not None and not (value > rule.minimum or value == rule.minimum):
        errors += one("minimum")
    return errors


def one(code: str) -> list[FieldError]:
    return [FieldError((), code)]


def under(step: str | int, errors: list[FieldError]) -> list[FieldError]:
    return [replace(error, path=(step, *error.path)) for error in errors]
