"""Do the tests and ``problem.toml`` speak of the same behaviours?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.case import TestCase
from grader.errors import Fault
from grader.loader import METADATA, short
from grader.problem import Problem
from grader.table import did_you_mean


def check_marks(problem: Problem, cases: Sequence[TestCase]) -> Iterator[Fault]:
    """Yield each test without its one behaviour, and each behaviour without a test."""
    ids = [behaviour.id for behaviour in problem.behaviours]
    place = short(problem.folder / "test_hidden.py")
    used: set[str] = set()
    for function, case in {case.function: case for case in cases}.items():
        if not case.is_hidden:
            if case.behaviours:
                what = f"example `{function}` is marked with a behaviour"
                yield Fault(short(problem.folder / "test_examples.py"), what, "Take the mark off")
            continue
        used.update(case.behaviours)
        if len(case.behaviours) != 1:
            what = f"`{function}` is marked with {len(case.behaviours)} behaviours"
            yield Fault(place, what, 'Mark it with one: @pytest.mark.behaviour("id")')
        for unknown in set(case.behaviours) - set(ids):
            yield Fault(
                place,
                f"`{function}` tests behaviour `{unknown}`, which does not exist",
                did_you_mean(unknown, ids, f"Add it to {METADATA}"),
            )
    for untested in [name for name in ids if name not in used]:
        yield Fault(place, f"behaviour `{untested}` has no test", "Write one")
