"""A table of questions, asked of one place after another; what is inside a place is listed apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias


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


class Nothing:
    """What stands where a key is missing, or where the schema names no rule."""


class Place(NamedTuple):
    path: tuple[str | int, ...]
    value: Any
    rule: Any

    @property
    def field(self) -> Field:
        return self.rule if isinstance(self.rule, Field) else Field(self.rule)

    @property
    def is_below(self) -> bool:
        return not self.field.minimum <= self.value

    @property
    def is_of_its_type(self) -> bool:
        wanted = self.field.type
        if isinstance(wanted, dict | ListOf):
            return type(self.value) is (dict if isinstance(wanted, dict) else list)
        return type(self.value) is wanted or (type(self.value), wanted) == (int, float)


ENDS: list[tuple[Callable[[Place], bool], Callable[[Place], bool], str]] = [
    (lambda p: p.rule is Nothing, lambda p: True, "unknown"),
    (lambda p: p.value is Nothing, lambda p: p.field.required, "missing"),
    (lambda p: p.value is None, lambda p: not p.field.nullable, "null"),
    (lambda p: not p.is_of_its_type, lambda p: True, "type"),
]
LIMITS: list[tuple[Callable[[Place], bool], str]] = [
    (lambda p: p.field.choices is not None and p.value not in p.field.choices, "choice"),
    (lambda p: p.field.minimum is not None and p.is_below, "minimum"),
]


def validate(data: Any, schema: dict[str, Rule]) -> list[FieldError]:
    return [
        FieldError(place.path, code)
        for place in places(Place((), data, schema))
        for code in codes(place)
    ]


def places(place: Place) -> Iterator[Place]:
    yield place
    for inner in inside(place):
        yield from places(inner)


def codes(place: Place) -> list[str]:
    for applies, is_error, code in ENDS:
        if applies(place):
            return [code] if is_error(place) else []
    return [code for is_broken, code in LIMITS if is_broken(place)]


def inside(place: Place) -> Iterator[Place]:
    path, value, _ = place
    if place.rule is Nothing or not place.is_of_its_type:
        return
    match place.field.type:
        case dict() as schema:
            for key in {**schema, **value}:
                yield Place((*path, key), value.get(key, Nothing), schema.get(key, Nothing))
        case ListOf(item):
            yield from (Place((*path, i), element, item) for i, element in enumerate(value))
