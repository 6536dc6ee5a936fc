"""A TOML table read key by key."""

from __future__ import annotations

from typing import Any

import pytest

from grader.errors import Fault
from grader.table import Table, did_you_mean


def table(**data: Any) -> tuple[Table, list[Fault]]:
    """Return a table of these keys, and the list that its faults go into."""
    faults: list[Fault] = []
    return Table(data, "file.toml", faults), faults


def test_a_value_of_the_right_type_is_given() -> None:
    reader, faults = table(level=3)

    assert reader.take("level", int, 1) == 3
    assert faults == []


def test_a_whole_number_will_do_for_a_number() -> None:
    reader, faults = table(seconds=3)

    value = reader.take("seconds", float, 1.0)

    assert (value, type(value)) == (3.0, float)
    assert faults == []


def test_a_missing_value_is_a_fault_and_gives_the_default() -> None:
    reader, faults = table()

    assert reader.take("level", int, 1) == 1
    assert faults == [Fault("file.toml", "`level` is missing", "Add `level`, a whole number")]


def test_a_value_that_may_be_missing_is_no_fault() -> None:
    reader, faults = table()

    assert reader.take("why", str, "", required=False) == ""
    assert faults == []


@pytest.mark.parametrize(
    ("kind", "value", "remedy"),
    [
        (str, 1, "Make it text"),
        (int, 1.0, "Make it a whole number"),
        (int, True, "Make it a whole number"),
        (float, "1", "Make it a number"),
        (float, True, "Make it a number"),
        (list, "a", "Make it a list"),
        (dict, [], "Make it a table"),
    ],
)
def test_a_value_of_another_type_is_a_fault(kind: type, value: object, remedy: str) -> None:
    reader, faults = table(key=value)

    assert reader.take("key", kind, kind()) == kind()
    assert faults == [Fault("file.toml", f"`key` is {value!r}", remedy)]


def test_text_is_given_without_the_blanks_around_it() -> None:
    reader, _ = table(title=" Clamp\n")

    assert reader.take_text("title") == "Clamp"


def test_a_number_of_any_size_is_positive() -> None:
    reader, faults = table(points=10**400)

    assert reader.take_positive("points", int, 1) == 10**400
    assert faults == []


def test_a_value_is_blamed_for_one_thing_only() -> None:
    reader, faults = table(points="many")

    points = reader.take_positive("points", int, 0)
    reader.check("points", points > 5, "`points` is too small", "Give more")

    assert faults == [Fault("file.toml", "`points` is 'many'", "Make it a whole number")]


def test_two_values_are_blamed_apart() -> None:
    reader, faults = table(points=-1, level=-1)

    reader.take_positive("points", int, 0)
    reader.take_positive("level", int, 0)

    assert [fault.what for fault in faults] == ["`points` is -1", "`level` is -1"]


def test_each_text_of_a_list_is_looked_at() -> None:
    reader, faults = table(hints=["Where", " ", 3])

    assert reader.take_texts("hints") == ("Where", "", "3")
    assert [str(fault) for fault in faults] == [
        "file.toml: `hints[1]` is empty. Write it",
        "file.toml: `hints[2]` is 3. Write it as text",
    ]


def test_the_tables_of_a_list_name_their_place() -> None:
    reader, faults = table(wrong=[{"name": "a"}, {}])

    names = [entry.take_text("name") for entry in reader.take_tables("wrong")]

    assert names == ["a", "?"]
    assert [fault.place for fault in faults] == ["file.toml: wrong[1]"]


def test_what_stands_in_a_list_of_tables_and_is_none_is_left_out() -> None:
    reader, faults = table(wrong=[7])

    assert list(reader.take_tables("wrong")) == []
    assert faults == [Fault("file.toml: wrong[0]", "is 7", "Write it as [[wrong]]")]


def test_a_table_that_is_not_there_is_empty() -> None:
    reader, faults = table()

    assert reader.take_table("limits").take("seconds", float, 5.0, required=False) == 5.0
    assert faults == []


def test_a_table_within_names_its_place() -> None:
    reader, faults = table(limits={"seconds": "5"})

    reader.take_table("limits").take("seconds", float, 5.0)

    assert faults == [Fault("file.toml: [limits]", "`seconds` is '5'", "Make it a number")]


def test_keys_that_nobody_asked_for_are_named_in_order() -> None:
    reader, faults = table(title="Clamp", zebra=1, tilte="Clamp")

    reader.take_text("title")
    reader.finish()

    assert [str(fault) for fault in faults] == [
        "file.toml: unknown key `tilte`. Did you mean `title`?",
        "file.toml: unknown key `zebra`. Take it out",
    ]


def test_a_word_that_is_near_is_suggested() -> None:
    assert did_you_mean("belwo", ["above", "below"], "Name another") == "Did you mean `below`?"


def test_where_no_word_is_near_the_other_remedy_is_given() -> None:
    assert did_you_mean("quick", ["above", "below"], "Name another") == "Name another"
