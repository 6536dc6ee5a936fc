"""Which problem is watched where none is named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.case import Trial
from grader.history import history_file, record
from grader.outcome import Verdict
from grader.problem import Problem
from grader.score import score
from grader.watch.choice import first_to_watch, next_to_watch, problem_now
from grader.workspace import Workspace

Begin = Callable[[str, float], None]


@pytest.fixture
def problems(sample: Path) -> tuple[Problem, ...]:
    """Three problems, twins of one another."""
    for number in ("02", "03"):
        twin = shutil.copytree(sample / "problems" / "01", sample / "problems" / number)
        metadata = twin / "problem.toml"
        metadata.write_text(metadata.read_text().replace("p01_clamp", f"p{number}_clamp"))
        shutil.copy(sample / "stubs" / "p01_clamp.py", sample / "stubs" / f"p{number}_clamp.py")
    return Workspace(sample).problems()


@pytest.fixture
def paths(problems: tuple[Problem, ...], sample: Path) -> dict[str, Path]:
    return {problem.number: sample / "stubs" / problem.solution_name for problem in problems}


@pytest.fixture
def begin(paths: dict[str, Path]) -> Begin:
    def write(number: str, at: float) -> None:
        paths[number].write_text("x = 1\n")
        os.utime(paths[number], (at, at))

    return write


def test_where_nothing_was_begun_the_first_is_watched(
    problems: tuple[Problem, ...], paths: dict[str, Path]
) -> None:
    assert first_to_watch(problems, paths).number == "01"


def test_what_was_written_last_is_watched(
    problems: tuple[Problem, ...], paths: dict[str, Path], begin: Begin
) -> None:
    begin("03", 1000.0)
    begin("02", 2000.0)

    assert first_to_watch(problems, paths).number == "02"


def test_what_is_solved_is_not_watched_though_it_was_written_last(
    problems: tuple[Problem, ...], paths: dict[str, Path], begin: Begin, sample: Path
) -> None:
    begin("03", 1000.0)
    begin("02", 2000.0)
    solved = replace(score(problems[1], paths["02"], (), Trial()), verdict=Verdict.SOLVED)
    assert record(Workspace(sample), [solved], "grader") is None

    assert problem_now(Workspace(sample), problems, paths, "stubs").number == "03"
    assert problem_now(Workspace(sample), problems, paths, "elsewhere").number == "02"


def test_a_damaged_history_keeps_nobody_from_watching(
    problems: tuple[Problem, ...], paths: dict[str, Path], begin: Begin, sample: Path
) -> None:
    begin("03", 1000.0)
    file = history_file(Workspace(sample))
    file.parent.mkdir(exist_ok=True)
    file.write_text("no database" * 1000)

    assert problem_now(Workspace(sample), problems, paths, "stubs").number == "03"


def test_the_next_one_is_one_that_was_not_begun(
    problems: tuple[Problem, ...], paths: dict[str, Path], begin: Begin
) -> None:
    begin("02", 1000.0)

    found = next_to_watch(problems, paths, "01")

    assert found is not None
    assert found.number == "03"


def test_where_all_were_begun_the_next_number_is_next(
    problems: tuple[Problem, ...], paths: dict[str, Path], begin: Begin
) -> None:
    begin("02", 1000.0)
    begin("03", 1000.0)

    found = next_to_watch(problems, paths, "01")

    assert found is not None
    assert found.number == "02"


def test_after_the_last_there_is_none(
    problems: tuple[Problem, ...], paths: dict[str, Path]
) -> None:
    assert next_to_watch(problems, paths, "03") is None
