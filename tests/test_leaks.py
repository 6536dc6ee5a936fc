"""What a learner reads of a wrong solution gives no hidden test away.

Grades known-wrong solutions of every problem and looks at their cards: every eighth of them, or
all with LEAKS=all in the environment.
"""

from __future__ import annotations

import ast
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from grader.command import Commands
from grader.engine import Engine, open_engine
from grader.grade import grade
from grader.intake import modules
from grader.isolation import Isolation
from grader.problem import Problem
from grader.render.card import print_card, print_failure
from grader.render.console import open_console
from grader.workspace import Workspace

ROOT = Path(__file__).parents[1]
PROBLEMS = Workspace(ROOT).problems()
STEP = 1 if os.environ.get("LEAKS") == "all" else 8
SCREEN = 24
# Shorter lines and texts stand in any program.
LINE, LITERAL = 13, 8
# What the grader says itself; behind any other label stand a test's arguments and expectation.
OWN = ("Where", "Try", "Next", "Then", "In full", "Hint 1/3")
_LABEL = re.compile(r"    ([A-Z][\w/ -]{0,9}?)  ")
# Shown whole, however long: a source that is judged, and what several threads did.
_LISTING = re.compile(r"^ {16,}\S", re.MULTILINE)
# Texts and numbers: the line of a value, not of a program.
_VALUES = re.compile(r"""("[^"]*"|'[^']*'|[^a-zA-Z])*""")
_REWRITTEN = re.compile(
    r"^\W*(E +)?assert |\+ +where |Falsifying example|test_hidden\.py", re.MULTILINE
)

every_problem = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.slug)


@dataclass(frozen=True)
class Card:
    """What a learner reads of one wrong solution, and what was no secret to begin with.

    ``card`` is what pytest shows, ``row`` what the scorecard says of it.
    """

    name: str
    card: str
    row: str
    known: str

    @property
    def text(self) -> str:
        return self.card + self.row

    @property
    def words(self) -> str:
        """The text as if no line had been wrapped."""
        return " ".join(self.text.split())

    @property
    def frame(self) -> str:
        """The words around the failure: without what was called, came back and was expected."""
        kept, is_told = [], False
        for line in self.text.splitlines():
            if match := _LABEL.match(line):
                is_told = match[1].strip() not in OWN
            elif not line.startswith("     "):
                is_told = False
            kept += [] if is_told else [line]
        return " ".join(" ".join(kept).split())


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with open_engine(ROOT, PROBLEMS, Isolation.NONE) as engine:
        yield engine


@pytest.fixture(scope="session")
def cards(engine: Engine) -> Mapping[str, list[Card]]:
    """The cards of the chosen wrong solutions, by the number of their problem."""
    return {
        problem.number: [
            card_of(engine, problem, wrong.path) for wrong in problem.wrong[offset(problem) :: STEP]
        ]
        for problem in PROBLEMS
    }


def offset(problem: Problem) -> int:
    """Return where to begin, so that problems do not all show their first ones."""
    return int(problem.number) % STEP


def card_of(engine: Engine, problem: Problem, path: Path) -> Card:
    [result] = grade(engine, [problem], {problem.number: path}, jobs=1)
    commands = Commands("DIR")
    card, row = io.StringIO(), io.StringIO()
    print_card(open_console(file=card, width=80), result, commands)
    print_failure(open_console(file=row, width=80), result, commands, hint=True)
    return Card(path.stem, card.getvalue(), row.getvalue(), known(problem, path))


def known(problem: Problem, path: Path) -> str:
    """Return what a learner may have read: the statement, the hints, the examples, their code."""
    files = [problem.statement, problem.folder / "problem.toml"]
    files += [problem.folder / "test_examples.py", *(modules(path) if path.is_dir() else [path])]
    files += modules(problem.stub) if problem.stub.is_dir() else [problem.stub]
    return " ".join(" ".join(file.read_text(encoding="utf-8").split()) for file in files)


@cache
def hidden(problem: Problem) -> tuple[str, ast.Module]:
    text = (problem.folder / "test_hidden.py").read_text(encoding="utf-8")
    return text, ast.parse(text)


def code_lines(problem: Problem) -> set[str]:
    """Return the lines of the hidden tests, but for those of values and of texts."""
    source, _ = hidden(problem)
    lines = {" ".join(line.split()) for line in source.splitlines()}
    texts = "\n".join(literals(problem))
    lines = {line for line in lines if len(line) >= LINE and line not in texts}
    return {line for line in lines if not _VALUES.fullmatch(line)}


def literals(problem: Problem) -> set[str]:
    """Return the texts in the hidden tests, without docstrings."""
    _, tree = hidden(problem)
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documents
    }
    return {" ".join(text.split()) for text in texts if len(text.strip()) >= LITERAL}


@every_problem
def test_no_line_of_a_hidden_test_is_shown(
    problem: Problem, cards: Mapping[str, list[Card]]
) -> None:
    lines = code_lines(problem)

    shown = {
        card.name: found
        for card in cards[problem.number]
        if (found := {line for line in lines if line in card.words and line not in card.known})
    }

    assert shown == {}


@every_problem
def test_the_words_of_a_hidden_test_are_shown_in_its_failure_only(
    problem: Problem, cards: Mapping[str, list[Card]]
) -> None:
    texts = literals(problem)

    shown = {
        card.name: found
        for card in cards[problem.number]
        if (found := {text for text in texts if text in card.frame and text not in card.known})
    }

    assert shown == {}


@every_problem
def test_no_rewritten_assertion_is_shown(problem: Problem, cards: Mapping[str, list[Card]]) -> None:
    shown = {c.name: m[0] for c in cards[problem.number] if (m := _REWRITTEN.search(c.text))}

    assert shown == {}


@every_problem
def test_a_card_fits_on_a_screen(problem: Problem, cards: Mapping[str, list[Card]]) -> None:
    long = {
        card.name: length
        for card in cards[problem.number]
        if not _LISTING.search(card.card)
        if (length := len(card.card.strip().splitlines())) > SCREEN
    }

    assert long == {}
