"""Does ``patterns.json`` say what the runs of the wrong solutions show?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import Fault
from grader.loader import short
from grader.patterns import NAME, Known, Patterns, as_text, name_of
from grader.problem import Problem
from grader.prove.trials import Role, Subject, failing_tests


def shown_patterns(subjects: Sequence[Subject]) -> Patterns:
    """Return the patterns that the first runs of the wrong solutions show."""
    wrong = [subject for subject in subjects if subject.role is Role.WRONG]
    tests = [name_of(case.id) for case in wrong[0].cases] if wrong else []
    return Patterns(tuple(tests), tuple(map(_known, wrong)))


def _known(subject: Subject) -> Known:
    failing = failing_tests(subject, subject.runs[0])
    return Known(
        subject.path.stem,
        sentence_of(subject.path),
        frozenset(name_of(case.id) for case in failing),
    )


def sentence_of(wrong: Path) -> str:
    """Return what the author of a wrong solution believes: the first line of its docstring."""
    main = wrong / "__init__.py" if wrong.is_dir() else wrong
    docstring = ast.get_docstring(ast.parse(main.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def write_record(problem: Problem, subjects: Sequence[Subject]) -> Iterator[Fault]:
    """Write what the runs show into the problem's folder; yield a fault where that fails."""
    path = problem.folder / NAME
    try:
        path.write_text(as_text(shown_patterns(subjects)), encoding="utf-8", newline="\n")
    except OSError as error:
        yield Fault(short(path), f"cannot be written: {error.strerror}", "Check its permissions")


def check_record(problem: Problem, subjects: Sequence[Subject]) -> Iterator[Fault]:
    """Yield a fault where the file is missing or is not what ``write_record`` would write."""
    path = problem.folder / NAME
    remedy = f"Run `grader prove {problem.number} --write-patterns`"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        yield Fault(short(path), "is missing", remedy)
        return
    except (OSError, UnicodeDecodeError) as error:
        yield Fault(short(path), f"cannot be read: {error}", remedy)
        return
    if text != as_text(shown_patterns(subjects)):
        yield Fault(short(path), "is not what the runs show", remedy)
