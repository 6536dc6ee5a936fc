"""Which problems an interview asks for, and where its stubs are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.interviews import begin, choose, refuse_hint, running, save
from grader.problem import Budget, Limits, Problem
from grader.workspace import Workspace

NOW = datetime(2026, 11, 22, 10, 41, 5, tzinfo=UTC)


def problem(number: int, minutes: int) -> Problem:
    folder = Path("problems", f"{number:02}")
    return Problem(folder, f"p{number:02}_x", "X", 1, minutes, Limits(), Budget(), (), ())


TIMES = (20, 20, 30, 35, 45, 180)
PROBLEMS = [problem(number, minutes) for number, minutes in enumerate(TIMES, 1)]


def numbers(chosen: tuple[Problem, ...]) -> list[str]:
    return [problem.number for problem in chosen]


# --- choosing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(("count", "minutes"), [(1, 20), (2, 45), (2, 60), (3, 70), (6, 330)])
def test_what_is_chosen_fits_the_time(seed: int, count: int, minutes: int) -> None:
    chosen = choose(PROBLEMS, {"02"}, minutes=minutes, count=count, seed=seed)

    assert len(set(numbers(chosen))) == count
    assert sum(problem.minutes for problem in chosen) <= minutes
    assert numbers(chosen) == sorted(numbers(chosen))


def test_a_seed_chooses_the_same_again() -> None:
    first, again = (choose(PROBLEMS, (), minutes=90, count=2, seed=7) for _ in range(2))

    assert first == again


def test_seeds_choose_differently() -> None:
    found = {tuple(numbers(choose(PROBLEMS, (), minutes=60, count=1, seed=n))) for n in range(60)}

    assert found == {("01",), ("02",), ("03",), ("04",), ("05",)}


@pytest.mark.parametrize("seed", range(20))
def test_unsolved_ones_come_first(seed: int) -> None:
    chosen = choose(PROBLEMS, {"01", "02", "04"}, minutes=75, count=2, seed=seed)

    assert numbers(chosen) == ["03", "05"]


@pytest.mark.parametrize("seed", range(20))
def test_solved_ones_fill_up_what_the_unsolved_leave(seed: int) -> None:
    chosen = choose(PROBLEMS, {"01", "02", "04"}, minutes=50, count=2, seed=seed)

    assert numbers(chosen)[-1] == "03"
    assert numbers(chosen)[0] in {"01", "02"}


def test_too_little_time_is_refused_with_what_is_needed() -> None:
    message = "30 minutes are too few: the shortest choice of 2 takes 40. Give --minutes 40"

    with pytest.raises(UsageError, match=re.escape(message)):
        choose(PROBLEMS, (), minutes=30, count=2, seed=1)


def test_more_problems_than_there_are_is_refused() -> None:
    with pytest.raises(UsageError, match=r"There are 6 such problems, not 7. Lower --count"):
        choose(PROBLEMS, (), minutes=999, count=7, seed=1)


# --- the folder --------------------------------------------------------------------------------


@pytest.fixture
def workspace(sample: Path) -> Workspace:
    (sample / "stubs" / "p01_clamp.py").write_text("MINE = 1\n")
    return Workspace(sample)


def test_stubs_are_fresh_whatever_the_learner_has_written(workspace: Workspace) -> None:
    [clamp] = workspace.problems()

    interview = begin(workspace, [clamp], minutes=45, seed=1, now=NOW)

    assert interview.solution(clamp).read_text() == clamp.stub.read_text()
    assert (workspace.stubs / "p01_clamp.py").read_text() == "MINE = 1\n"
    name = f"{NOW.astimezone():%Y-%m-%d-%H%M}"
    assert interview.folder == workspace.root / "interviews" / name


def test_a_package_is_laid_out_whole(workspace: Workspace) -> None:
    folder = workspace.root / "problems" / "02"
    (folder / "stub" / "core").mkdir(parents=True)
    (folder / "stub" / "core" / "a.py").write_text("A = 1\n")
    package = Problem(folder, "p02_x", "X", 1, 1, Limits(), Budget(), (), ())

    interview = begin(workspace, [package], minutes=45, seed=1, now=NOW)

    assert (interview.folder / "p02_x" / "core" / "a.py").read_text() == "A = 1\n"


def test_two_in_one_minute_have_folders_of_their_own(workspace: Workspace) -> None:
    folders = [
        begin(workspace, workspace.problems(), minutes=45, seed=1, now=NOW).folder for _ in range(3)
    ]

    assert len(set(folders)) == 3
    assert [folder.name[len("2026-11-22-1041") :] for folder in folders] == ["", "-2", "-3"]


def test_where_no_folder_can_be_made_it_is_said(workspace: Workspace) -> None:
    (workspace.root / "interviews").write_text("in the way")

    with pytest.raises(UsageError, match=r"interviews: stubs cannot be put there: "):
        begin(workspace, workspace.problems(), minutes=45, seed=1, now=NOW)


# --- hints -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "is_on"), [(-1, False), (0, True), (44, True), (45, False)])
def test_an_interview_runs_until_its_time_is_up(
    workspace: Workspace, minutes: int, is_on: bool
) -> None:
    begin(workspace, workspace.problems(), minutes=45, seed=1, now=NOW)

    assert bool(running(workspace, NOW + timedelta(minutes=minutes))) is is_on


def test_hints_are_refused_while_it_runs_and_given_afterwards(workspace: Workspace) -> None:
    interview = begin(workspace, workspace.problems(), minutes=45, seed=1, now=NOW)

    with pytest.raises(UsageError, match=r"Problem 01 is part of the interview in .*: no hints"):
        refuse_hint(workspace, "01", NOW)
    refuse_hint(workspace, "02", NOW)
    save(replace(interview, ended=NOW))
    refuse_hint(workspace, "01", NOW)


@pytest.mark.parametrize(
    "content",
    ["{", '{"format": 2}', '{"format": 1, "interview": {"numbers": ["01"]}}'],
    ids=["cut", "newer", "incomplete"],
)
def test_a_damaged_record_keeps_no_hints_back(workspace: Workspace, content: str) -> None:
    interview = begin(workspace, workspace.problems(), minutes=45, seed=1, now=NOW)
    (interview.folder / "interview.json").write_text(content)

    assert running(workspace, NOW) == []


def test_a_moment_that_is_none_keeps_no_hints_back(workspace: Workspace) -> None:
    interview = begin(workspace, workspace.problems(), minutes=45, seed=1, now=NOW)
    record = interview.folder / "interview.json"
    record.write_text(record.read_text().replace("2026-11-22", "some day"))

    assert running(workspace, NOW) == []
