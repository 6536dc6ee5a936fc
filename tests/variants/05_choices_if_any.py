"""Variant of truthy_choices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class FieldError:
    path: tuple[str | int, ...]
    code: str


@dataclass(frozen=True)
class Field:
    type: type | ListOf | dict[str, Rule]
    required: bool = True
    nullable: bool = False
    choices: Collection[Any] | None = None
    minimum: int | float | None = None


@dataclass(frozen=True)
class ListOf:
    item: Rule


Rule: TypeAlias = Field | ListOf | dict[str, "Rule"]


def validate(data, schema):
    errors = []

    def report(path, code):
        errors.append(FieldError(path, code))

    def visit(value, rule, path):
        field = rule if isinstance(rule, Field) else Field(rule)
        wanted = field.type
        if value is None:
            if not field.nullable:
                report(path, "null")
        elif isinstance(wanted, dict):
            visit_object(value, wanted, path)
        elif isinstance(wanted, ListOf):
            if not isinstance(value, list):
                report(path, "type")
                return
            for index, element in enumerate(value):
                visit(element, wanted.item, (*path, index))
        elif not fits(value, wanted):
            report(path, "type")
        else:
            if field.choices and value not in list(field.choices):
                report(path, "choice")
            if field.minimum is not None and not value >= field.minimum:
                report(path, "minimum")

    def visit_object(value, rules, path):
        if not isinstance(value, dict):
            report(path, "type")
            return
        for key, rule in rules.items():
            if key in value:
                visit(value[key], rule, (*path, key))
            elif not isinstance(rule, Field) or rule.required:
                report((*path, key), "missing")
        for key in value:
            if key not in rules:
                report((*path, key), "unknown")

    visit(data, schema, ())
    return errors


def fits(value, wanted):
    if isinstance(value, bool) or wanted is bool:
        return isinstance(value, bool) and wanted is bool
    if wanted is float:
        return isinstance(value, int | float)
    return isinstance(value, wanted)
