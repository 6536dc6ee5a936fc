"""``grader prove``: a sample that holds, and what the gate makes of its runs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from grader.case import TestCase
from grader.engine.job import Order
from grader.engine.worker import Worker
from grader.errors import EngineError
from grader.loader import load_problem
from grader.prove import claims
from grader.prove.pace import slowness
from grader.prove.trials import Role, plan_runs, subjects

TESTS = Path(__file__).parents[1]
SAMPLE, BROKEN = TESTS / "sample", TESTS / "broken_problems"
Prove: TypeAlias = Callable[..., Any]
LayOver: TypeAlias = Callable[[str], None]
FaultsOf: TypeAlias = Callable[[str], list[str]]


def test_the_sample_holds_and_prints_its_matrix(
    sample: Path, prove: Prove, matches_gold: Callable[[str, str], None]
) -> None:
    proof = prove(sample, repeat=3, seeds=2)

    matches_gold("prove_sample.txt", proof.text)
    assert proof.code == 0


def test_an_overlay_holds_nothing_but_what_differs() -> None:
    for overlay in filter(Path.is_dir, BROKEN.glob("[!.]*")):
        replaced = [path.relative_to(overlay) for path in overlay.rglob("*.*") if path.is_file()]
        for path in (path for path in replaced if path.suffix != ".txt"):
            original = SAMPLE / path
            assert not original.exists() or original.read_bytes() != (overlay / path).read_bytes()
        deleted = overlay / "deleted.txt"
        for name in deleted.read_text(encoding="utf-8").split() if deleted.exists() else ():
            assert (SAMPLE / name).exists()


def test_an_undeclared_break_is_marked_in_the_matrix(
    sample: Path, prove: Prove, lay_over: LayOver
) -> None:
    lay_over("wrong_breaks_more_than_declared")

    assert "\n  excludes_the_upper_bound  ✘  · !✘  ·  ·  ·\n" in prove(sample).text


def test_a_declared_break_that_is_none_is_marked_in_the_matrix(
    sample: Path, prove: Prove, lay_over: LayOver
) -> None:
    lay_over("wrong_passes_what_it_should_break")

    assert "\n  adds_nothing             !·  ·  ·  ·  ·  ✘\n" in prove(sample).text


def test_a_wrong_solution_may_crash_if_it_says_so(
    sample: Path, prove: Prove, lay_over: LayOver
) -> None:
    lay_over("wrong_crashes_without_saying_so")
    rewrite(sample, 'name = "raises_type_error"', 'name = "raises_type_error"\nends = ["crashed"]')

    assert prove(sample).code == 0


def test_wrong_solutions_of_two_families_must_be_told_apart(
    sample: Path, prove: Prove, faults_of: FaultsOf
) -> None:
    name = 'name = "raises_type_error"\nbreaks = ["crossed"]\nfamily = '
    rewrite(sample, f'{name}"crossed"', f'{name}"of its own"')

    assert prove(sample).faults == faults_of("two_wrong_solutions_alike")


def test_patterns_are_written_as_the_runs_show_them(sample: Path, prove: Prove) -> None:
    path = sample / "problems" / "01" / "patterns.json"
    recorded = path.read_bytes()
    path.unlink()

    proof = prove(sample, write_patterns=True)

    assert path.read_bytes() == recorded
    assert "\n  problems/01/patterns.json is written\n" in proof.text
    assert proof.code == 0


def test_patterns_of_what_does_not_hold_are_not_written(
    sample: Path, prove: Prove, lay_over: LayOver, faults_of: FaultsOf
) -> None:
    lay_over("two_wrong_solutions_alike")
    path = sample / "problems" / "01" / "patterns.json"
    path.unlink()

    proof = prove(sample, write_patterns=True)

    assert proof.faults == faults_of("two_wrong_solutions_alike")
    assert not path.exists()


def test_patterns_that_cannot_be_written_are_a_fault(sample: Path, prove: Prove) -> None:
    path = sample / "problems" / "01" / "patterns.json"
    path.unlink()
    path.mkdir()

    proof = prove(sample, write_patterns=True)

    where = "problems/01/patterns.json: cannot be written: Is a directory."
    assert proof.faults == [f"{where} Check its permissions"]


def test_a_slow_machine_is_given_more_time(
    sample: Path, prove: Prove, monkeypatch: pytest.MonkeyPatch, lay_over: LayOver
) -> None:
    lay_over("reference_burns_cpu")
    monkeypatch.setattr(claims, "slowness", lambda: 1000.0)

    assert prove(sample).code == 0


def test_no_machine_is_given_less_time() -> None:
    assert slowness() >= 1


def test_the_faults_of_several_problems_come_once_more_at_the_end(
    sample: Path, prove: Prove, lay_over: LayOver, faults_of: FaultsOf
) -> None:
    renumber(sample, "01", "02")
    lay_over("two_wrong_solutions_alike")
    expected = faults_of("two_wrong_solutions_alike")

    proof = prove(sample)

    assert proof.faults == expected * 2
    assert proof.text.endswith(f"\n  ✘ {expected[-1]}\nDoes not hold: 1 fault.\n")


def renumber(root: Path, old: str, new: str) -> None:
    """Make a second problem out of one: a copy under another number."""
    folder = root / "problems"
    shutil.copytree(folder / old, folder / new)
    for path in (folder / new / name for name in ("problem.toml", "README.md", "debrief.md")):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(rf"\b(p?){old}", rf"\g<1>{new}", text), encoding="utf-8")
    for place in ("stubs", "reference"):
        for path in (root / place).glob(f"p{old}_*"):
            shutil.copy(path, path.with_name(path.name.replace(old, new, 1)))


def rewrite(root: Path, old: str, new: str) -> None:
    """Replace a part of the problem's metadata."""
    path = root / "problems" / "01" / "problem.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


class DeadEngine:
    """An engine that notes what it is asked to start, and starts nothing."""

    isolation = "none"

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def tests(self) -> Mapping[str, tuple[TestCase, ...]]:
        return {}

    def probes(self) -> Mapping[str, tuple[str, ...]]:
        return {}

    def canaries(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        return {}

    def start(self, order: Order) -> Worker:
        self.orders.append(order)
        raise EngineError("No process could be started.")

    def close(self) -> None: ...


def orders(role: Role, *, repeat: int, seeds: int) -> list[Order]:
    """Return what the first solution of a role is run with, in the order of its runs."""
    problem = load_problem(SAMPLE / "problems" / "01")
    reference = SAMPLE / "reference" / problem.solution_name
    cases = [TestCase(f"test_hidden.py::{n}", str(n), ("within",), is_hidden=True) for n in "abcd"]
    subject = next(s for s in subjects(problem, reference, cases) if s.role is role)
    engine = DeadEngine()
    for run in plan_runs(engine, problem, subject, repeat=repeat, seeds=seeds):
        with pytest.raises(EngineError, match=r"^No process could be started\.$"):
            run()
    return engine.orders


@pytest.mark.parametrize(
    ("role", "seeds"),
    [
        (Role.STUB, [None]),
        (Role.REFERENCE, [None] * 11 + [1, 2]),
        (Role.RIGHT, [None] * 11 + [1, 2]),
        (Role.WRONG, [None, None, 1, 2]),
    ],
)
def test_what_is_right_is_run_often_and_what_is_wrong_a_tenth_as_often(
    role: Role, seeds: list[int | None]
) -> None:
    assert [order.seed for order in orders(role, repeat=11, seeds=2)] == seeds


def test_the_first_run_keeps_the_order_and_the_others_have_one_of_their_own() -> None:
    first, *others = [order.tests for order in orders(Role.RIGHT, repeat=5, seeds=0)]

    assert [test[-1] for test in first] == ["a", "b", "c", "d"]
    assert len({first, *others}) > 2
    assert {tuple(sorted(tests)) for tests in others} == {first}


def test_another_seed_keeps_the_order() -> None:
    first, *_, last = [order.tests for order in orders(Role.RIGHT, repeat=3, seeds=1)]

    assert last == first


def test_the_same_run_always_has_the_same_order() -> None:
    once, again = (orders(Role.RIGHT, repeat=5, seeds=0) for _ in range(2))

    assert [order.tests for order in once] == [order.tests for order in again]
