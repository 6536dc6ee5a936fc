"""A statement taken apart."""

from __future__ import annotations

from grader.statement import numbered, parse_statement

TEXT = """\
# 07 · Clamp

A line above all sections.

## Story

One two three.

### A heading of its own

Four.

## Behaviours

### 1. It clamps

Five six.

### 2. It says so

## Example

```python
# 08 · Not a title
## Not a section
clamp(7)
```

Seven.
"""


def test_the_first_heading_is_the_title() -> None:
    assert parse_statement(TEXT).title == "07 · Clamp"


def test_the_sections_come_in_order() -> None:
    statement = parse_statement(TEXT)

    assert statement.headings == ("Story", "Behaviours", "Example")
    assert list(statement.sections) == ["Story", "Behaviours", "Example"]


def test_the_headings_below_behaviours_are_the_behaviours() -> None:
    assert parse_statement(TEXT).behaviours == ("1. It clamps", "2. It says so")


def test_a_heading_below_another_section_is_part_of_its_text() -> None:
    assert "### A heading of its own" in parse_statement(TEXT).sections["Story"]


def test_a_heading_in_a_code_block_is_none() -> None:
    statement = parse_statement(TEXT)

    assert statement.title == "07 · Clamp"
    assert "## Not a section\nclamp(7)" in statement.sections["Example"]


def test_after_a_code_block_headings_count_again() -> None:
    statement = parse_statement(TEXT + "\n## Out of scope\n")

    assert statement.headings[-1] == "Out of scope"


def test_hashes_without_a_blank_and_deeper_headings_are_text() -> None:
    statement = parse_statement("## Behaviours\n\n#hash\n\n#### 1. Too deep\n")

    assert statement.behaviours == ()
    assert statement.words(leaving_out=()) == 5


def test_blanks_after_a_heading_are_no_part_of_it() -> None:
    assert parse_statement("## Story  \n").headings == ("Story",)


def test_a_section_given_twice_is_named_twice_and_loses_no_words() -> None:
    statement = parse_statement("## Story\none two\n## Example\nthree\n## Story\nfour\n")

    assert statement.headings == ("Story", "Example", "Story")
    assert statement.words(leaving_out=("Example",)) == 3


def test_words_are_counted_without_some_sections() -> None:
    statement = parse_statement("## Story\none two\n\n## Contract\nthree\n\n## Example\nfour\n")

    assert statement.words(leaving_out=()) == 4
    assert statement.words(leaving_out=("Contract", "Behaviours")) == 3


def test_neither_headings_nor_what_stands_above_the_sections_count_as_words() -> None:
    statement = parse_statement("# A title\n\nabove all\n\n## Story\n\none\n")

    assert statement.words(leaving_out=()) == 1


def test_an_empty_statement_has_nothing() -> None:
    statement = parse_statement("")

    assert (statement.title, statement.headings, statement.behaviours) == ("", (), ())


def test_titles_are_numbered_as_headings_are() -> None:
    assert numbered(("It clamps", "It says so")) == ("1. It clamps", "2. It says so")
