"""``patterns.json``: what is written is read again, and what cannot be read is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.patterns import NAME, Known, Patterns, as_text, name_of, read_patterns
from grader.problem import Problem
from grader.prove.record import sentence_of
from grader.workspace import Workspace

ROOT = Path(__file__).parents[1]
PROBLEMS = Workspace(ROOT).problems()
PATTERNS = Patterns(
    ("test_one", "test_many[a]", "test_many[b]", "test_many[x[0]]"),
    (
        Known(
            "whole", "Thinks all.", frozenset({"test_many[a]", "test_many[b]", "test_many[x[0]]"})
        ),
        Known("some", "Thinks little.", frozenset({"test_one", "test_many[x[0]]"})),
    ),
)
TEXT = """\
{
  "format": 1,
  "tests": {
    "test_one": "*",
    "test_many": ["a", "b", "x[0]"]
  },
  "wrong": {
    "some": {
      "thinks": "Thinks little.",
      "fails": {
        "test_one": "*",
        "test_many": ["x[0]"]
      }
    },
    "whole": {
      "thinks": "Thinks all.",
      "fails": {
        "test_many": "*"
      }
    }
  }
}
"""


def test_the_file_has_a_line_for_each_function_and_a_star_for_all_of_it() -> None:
    assert as_text(PATTERNS) == TEXT


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(as_text(PATTERNS), encoding="utf-8")

    found = read_patterns(tmp_path)

    assert found is not None
    assert found.tests == PATTERNS.tests
    assert set(found.known) == set(PATTERNS.known)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        TEXT.replace('"format": 1', '"format": 2'),
        TEXT.replace('"wrong"', '"right"'),
        TEXT.replace('"test_many": "*"', '"test_none": "*"'),
        TEXT.replace('"test_many": "*"', '"test_many": 7'),
    ],
    ids=["nothing", "list", "empty", "other format", "no wrong", "no such test", "number"],
)
def test_what_cannot_be_read_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text, encoding="utf-8")

    assert read_patterns(tmp_path) is None


def test_a_missing_file_is_none(tmp_path: Path) -> None:
    assert read_patterns(tmp_path) is None


def test_a_test_is_named_without_its_file() -> None:
    assert name_of("problems/07/test_hidden.py::test_x[a::b]") == "test_x[a::b]"


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.slug)
def test_every_wrong_solution_is_recorded_with_its_sentence(problem: Problem) -> None:
    patterns = read_patterns(problem.folder)

    assert patterns is not None
    found = {known.name: known.thinks for known in patterns.known}
    assert found == {wrong.name: sentence_of(wrong.path) for wrong in problem.wrong}
