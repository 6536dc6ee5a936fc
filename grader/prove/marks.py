"""Do the tests and ``problem.toml`` speak of the same behaviours?"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.case import TestCase
from grader.definitions import Function
from grader.errors import Fault
from grader.loader import METADATA, short
from grader.problem import Problem
from grader.table import did_you_mean


def check_marks(problem: Problem, cases: Sequence[TestCase]) -> Iterator[Fault]:
    """Yield each test without its one behaviour, and each behaviour without a test."""
    ids = [behaviour.id for behaviour in problem.behaviours]
    hidden = problem.folder / "test_hidden.py"
    place = short(hidden)
    used: set[str] = set()
    # One case for all parameters of a function, but for those with marks of their own.
    tests = {(case.function, case.behaviours, case.is_hidden): case for case in cases}
    for (function, _, _), case in tests.items():
        if not case.is_hidden:
            if case.behaviours:
                what = f"example `{function}` is marked with a behaviour"
                yield Fault(short(problem.folder / "test_examples.py"), what, "Take the mark off")
            continue
        used.update(case.behaviours)
        if len(case.behaviours) != 1:
            what = f"`{function}` is marked with {len(case.behaviours)} behaviours"
            yield Fault(place, what, 'Mark it with one: @pytest.mark.behaviour("id")')
        for unknown in sorted(set(case.behaviours) - set(ids)):
            yield Fault(
                place,
                f"`{function}` tests behaviour `{unknown}`, which does not exist",
                did_you_mean(unknown, ids, f"Add it to {METADATA}"),
            )
    if hidden.exists():
        for untested in [name for name in ids if name not in used]:
            yield Fault(place, f"behaviour `{untested}` has no test", "Write one")
        yield from _check_names(hidden)


def _check_names(path: Path) -> Iterator[Fault]:
    """Yield each test that a later one of the same name puts out of sight."""
    for scope in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(scope, ast.Module | ast.ClassDef):
            names = Counter(node.name for node in scope.body if isinstance(node, Function))
            for name, count in names.items():
                if count > 1 and name.startswith("test"):
                    what = f"`{name}` is defined {count} times, and only the last counts"
                    yield Fault(short(path), what, "Rename all but one")
