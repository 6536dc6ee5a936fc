"""Is a problem folder complete, and is nothing in it that nobody asked for?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.errors import Fault
from grader.loader import METADATA, short
from grader.patterns import NAME as PATTERNS
from grader.problem import Problem
from grader.prove.record import sentence_of

REQUIRED = ("README.md", "debrief.md", "test_examples.py", "test_hidden.py", "wrong", "right")
OPTIONAL = ("probe.py", "notebooks", "__pycache__", PATTERNS)
MIN_WRONG = 8
MIN_RIGHT = 2


def check_folder(problem: Problem, reference: Path) -> Iterator[Fault]:
    """Yield what is missing from a problem folder, and what has no place there."""
    folder = problem.folder
    for name in (*REQUIRED, problem.stub.name):
        if not (folder / name).exists():
            yield Fault(short(folder / name), "is missing", "Write it; problems/README.md says how")
    known = (*REQUIRED, *OPTIONAL, METADATA, problem.stub.name)
    yield from _strangers(folder, {folder / name for name in known})
    if not reference.exists():
        place = f"reference/{problem.solution_name}"
        yield Fault(place, "is missing", f"Solve {short(folder)}")
    yield from _check_wrong(problem)
    yield from _check_right(problem)


def _check_right(problem: Problem) -> Iterator[Fault]:
    folder = problem.folder / "right"
    yield from _strangers(folder, {*problem.right, folder / "__pycache__"})
    if len(problem.right) < MIN_RIGHT:
        yield Fault(
            short(folder),
            f"holds too few right solutions: {len(problem.right)}",
            f"Write at least {MIN_RIGHT}, built differently",
        )


def _strangers(folder: Path, known: set[Path]) -> Iterator[Fault]:
    for path in sorted(folder.glob("*")):
        if path not in known:
            yield Fault(short(path), "has no place in a problem folder", "Move or delete it")


def _check_wrong(problem: Problem) -> Iterator[Fault]:
    folder = problem.folder / "wrong"
    if len(problem.wrong) < MIN_WRONG:
        yield Fault(
            short(problem.folder / METADATA),
            f"names too few wrong solutions: {len(problem.wrong)}",
            f"Write at least {MIN_WRONG} that a candidate would write",
        )
    for wrong in problem.wrong:
        if not wrong.path.exists():
            yield Fault(short(wrong.path), "is missing", "Write it, or take its [[wrong]] out")
        elif not _has_docstring(wrong.path):
            yield Fault(short(wrong.path), "has no docstring", "Say in it what its author believes")
    known = {wrong.path for wrong in problem.wrong} | {folder / "__pycache__"}
    for path in sorted(folder.glob("*")):
        if path not in known:
            place = short(problem.folder / METADATA)
            yield Fault(short(path), "is not declared", f"Add a [[wrong]] table to {place}")


def _has_docstring(path: Path) -> bool:
    try:
        return bool(sentence_of(path))
    except (SyntaxError, UnicodeDecodeError, OSError):
        # That it does not import is said elsewhere, by what running it shows.
        return True
