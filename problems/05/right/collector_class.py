"""One object walks with a path that grows and shrinks, and collects; rules are told by `match`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
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


class _Walk:
    def __init__(self) -> None:
        self.path: list[str | int] = []
        self.errors: list[FieldError] = []

    def report(self, code: str) -> None:
        self.errors.append(FieldError(tuple(self.path), code))

    @contextmanager
    def step(self, step: str | int) -> Iterator[None]:
        self.path.append(step)
        yield
        self.path.pop()

    def visit(self, rule: Any, value: Any) -> None:
        match rule, value:
            case Field(nullable=True), None:
                return
            case _, None:
                self.report("null")
            case Field(type=dict() | ListOf() as inner), _:
                self.visit(inner, value)
            case dict(), dict():
                self.visit_object(rule, value)
            case ListOf(item), list():
                for index, element in enumerate(value):
                    with self.step(index):
                        self.visit(item, element)
            case Field(), _ if self.fits(rule.type, value):
                self.visit_plain(rule, value)
            case _:
                self.report("type")

    def visit_object(self, schema: dict[str, Any], value: dict[str, Any]) -> None:
        for key in schema:
            with self.step(key):
                if key in value:
                    self.visit(schema[key], value[key])
                elif getattr(schema[key], "required", True):
                    self.report("missing")
        for key in value:
            if key not in schema:
                with self.step(key):
                    self.report("unknown")

    def visit_plain(self, field: Field, value: Any) -> None:
        if field.choices is not None and value not in field.choices:
            self.report("choice")
        if field.minimum is not None and not field.minimum <= value:
            self.report("minimum")

    @staticmethod
    def fits(wanted: Any, value: Any) -> bool:
        match value:
            case bool():
                return wanted is bool
            case int():
                return wanted in (int, float)
            case float():
                return wanted is float
            case str():
                return wanted is str
        return False


def validate(data: Any, schema: dict[str, Rule]) -> list[FieldError]:
    walk = _Walk()
    walk.visit(schema, data)
    return walk.errors
