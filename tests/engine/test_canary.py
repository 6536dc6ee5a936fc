"""Canaries: they look like the tests around them, and an honest run never passes both of a pair."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.engine import Engine, Job, open_engine, run_job
from grader.isolation import Isolation
from grader.problem import Limits
from grader.workspace import Workspace

TINY = Path(__file__).parents[1] / "hostile" / "workspace"
REFERENCE = (TINY / "reference" / "p01_tiny.py").read_text(encoding="utf-8")
# Values that differ from one call to the next, or that compare in odd ways, without any bad will.
ODD = {
    "counts": "import itertools\ndef shout(text, calls=itertools.count()): return next(calls)",
    "chance": "import random\ndef shout(text): return random.choice([None, True, 0, '', [], text])",
    "nothing": "def shout(text): return None",
    "not a number": "def shout(text): return float('nan')",
    "an object": "def shout(text): return object()",
    "itself": "def shout(text): return shout",
    "nested": "def shout(text):\n    found = []\n    found.append(found)\n    return found",
    "raises": "def shout(text): raise LookupError(text)",
    "to do": "def shout(text): raise NotImplementedError",
    "compares by length": (
        "class Text(str):\n"
        "    def __eq__(self, other): return len(self) == len(other)\n"
        "    __hash__ = str.__hash__\n"
        "def shout(text): return Text(text)"
    ),
}


@pytest.fixture(scope="module")
def engine(kata: Path) -> Iterator[Engine]:
    """Open an engine."""
    with open_engine(kata, Workspace(kata).problems(), Isolation.NONE) as opened:
        yield opened


def run(engine: Engine, path: Path, *claims: str) -> dict[str, str]:
    """Run canaries as if they were tests, and return their outcomes."""
    trial = run_job(engine, Job("01", "p01_tiny", path, claims, Limits(60, 60)))
    assert trial.failure is None
    return {claim: report.outcome.value for claim, report in trial.reports.items()}


def test_their_names_are_like_those_of_tests(engine: Engine) -> None:
    tests = {case.id for case in engine.tests()["01"]}
    words = {word for test in tests for word in test.split("::test_")[1].split("_")}

    for pair in engine.canaries()["01"]:
        for claim in pair:
            file, name = claim.split("::test_")
            assert f"{file}::test_{name}" not in tests
            assert file == "problems/01/test_hidden.py"
            assert set(name.split("_")) <= words


def test_a_second_engine_has_others(kata: Path, engine: Engine) -> None:
    with open_engine(kata, Workspace(kata).problems(), Isolation.NONE) as second:
        assert second.canaries() != engine.canaries()


def test_a_problem_without_a_probe_has_canaries_as_well(engine: Engine, kata: Path) -> None:
    pairs = engine.canaries()["02"]

    assert len(pairs) == len(engine.canaries()["01"])


@pytest.mark.parametrize("name", ODD)
def test_odd_values_are_not_called_tampered(
    engine: Engine, kata: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "p01_tiny.py"
    path.write_text(f"{REFERENCE}\n\n{ODD[name]}\n", encoding="utf-8")

    for pair in engine.canaries()["01"]:
        assert set(run(engine, path, *pair).values()) != {"passed"}


def test_the_second_of_a_pair_never_passes_honestly(engine: Engine, kata: Path) -> None:
    path = kata / "reference" / "p01_tiny.py"

    for _, second in engine.canaries()["01"]:
        assert run(engine, path, second) == {second: "failed"}
