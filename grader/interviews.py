"""Interviews: which problems one asks for, where its stubs are, and whether it is running.

Each has a folder of its own below ``interviews``, beside ``problems``. In it ``interview.json``,
format 1: ``{"format": 1, "interview": {"numbers": ["07"], "minutes": 45, "seed": 1, "begun": …,
"ended": …}}``, both moments in UTC, the latter null while it runs.
"""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.problem import Problem
from grader.score import ProblemResult
from grader.store import Store
from grader.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview; ``begun`` and ``ended`` are UTC."""

    folder: Path
    numbers: tuple[str, ...]
    minutes: int
    seed: int
    begun: datetime
    ended: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        return self.begun + timedelta(minutes=self.minutes)

    def solution(self, problem: Problem) -> Path:
        return self.folder / problem.solution_name


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one problem, and the seconds that were spent on it, if it was touched."""

    result: ProblemResult
    seconds: float | None


def choose(
    problems: Sequence[Problem],
    solved: Collection[str],
    *,
    minutes: int,
    count: int,
    seed: int,
) -> tuple[Problem, ...]:
    """Return problems at random that fit into the time, as many unsolved ones as can be.

    Raises UsageError where there are too few of them, or where they take too long.
    """
    dice = random.Random(seed)  # noqa: S311  # an exam of oneself
    fresh = [problem for problem in problems if problem.number not in solved]
    known = [problem for problem in problems if problem.number in solved]
    if count > len(problems):
        raise UsageError(f"There are {len(problems)} such problems, not {count}. Lower --count.")
    least = _shortest(problems, count)
    if least > minutes:
        raise UsageError(
            f"{minutes} minutes are too few: the shortest choice of {count} takes {least}. "
            f"Give --minutes {least}{', or lower --count' if count > 1 else ''}."
        )
    new = next(
        n
        for n in range(min(count, len(fresh)), -1, -1)
        if count - n <= len(known) and _shortest(fresh, n) + _shortest(known, count - n) <= minutes
    )
    first = _pick(fresh, new, minutes - _shortest(known, count - new), dice)
    left = minutes - sum(problem.minutes for problem in first)
    chosen = first + _pick(known, count - new, left, dice)
    return tuple(sorted(chosen, key=lambda problem: problem.number))


def _shortest(problems: Sequence[Problem], count: int) -> int:
    return sum(sorted(problem.minutes for problem in problems)[:count])


def _pick(
    problems: Sequence[Problem], count: int, minutes: int, dice: random.Random
) -> list[Problem]:
    """Return so many problems at random; the shortest of them are known to fit."""
    waiting = dice.sample(problems, len(problems))
    chosen: list[Problem] = []
    for problem in list(waiting):
        if len(chosen) == count:
            break
        waiting.remove(problem)
        rest = _shortest(waiting, count - len(chosen) - 1)
        if len(waiting) >= count - len(chosen) - 1 and problem.minutes + rest <= minutes:
            chosen.append(problem)
            minutes -= problem.minutes
    return chosen


def begin(
    workspace: Workspace, problems: Sequence[Problem], *, minutes: int, seed: int, now: datetime
) -> Interview:
    """Lay out fresh stubs in a new folder; raise UsageError where that is impossible."""
    try:
        folder = _new_folder(workspace, now)
        for problem in problems:
            _lay_out(problem.stub, folder / problem.solution_name)
        numbers = tuple(problem.number for problem in problems)
        interview = Interview(folder, numbers, minutes, seed, now)
        save(interview)
    except (OSError, shutil.Error) as error:
        raise UsageError(
            f"{_home(workspace)}: stubs cannot be put there: {error}. Check its permissions."
        ) from error
    return interview


def save(interview: Interview) -> None:
    """Write down what an interview is about, and whether it has ended; raise OSError."""
    ended = interview.ended
    _store(interview.folder).write(
        {
            "numbers": list(interview.numbers),
            "minutes": interview.minutes,
            "seed": interview.seed,
            "begun": interview.begun.isoformat(timespec="seconds"),
            "ended": None if ended is None else ended.isoformat(timespec="seconds"),
        }
    )


def running(workspace: Workspace, now: datetime) -> list[Interview]:
    """Return the interviews that have neither ended nor run out of time."""
    found = []
    for path in sorted(_home(workspace).glob("*/interview.json")):
        interview = _load(path.parent)
        is_on = interview and not interview.ended and interview.begun <= now < interview.ends_at
        if interview and is_on:
            found.append(interview)
    return found


def refuse_hint(workspace: Workspace, number: str, now: datetime) -> None:
    """Raise UsageError where a problem is part of an interview that is running."""
    for interview in running(workspace, now):
        if number in interview.numbers:
            raise UsageError(
                f"Problem {number} is part of the interview in {interview.folder}: no hints until "
                f"it ends, at {interview.ends_at.astimezone():%H:%M} or when you type d there."
            )


def _home(workspace: Workspace) -> Path:
    return workspace.root / "interviews"


def _new_folder(workspace: Workspace, now: datetime) -> Path:
    """Make a folder named for the moment, as the clock on the wall shows it."""
    name = f"{now.astimezone():%Y-%m-%d-%H%M}"
    for count in itertools.count(1):
        folder = _home(workspace) / (f"{name}-{count}" if count > 1 else name)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if not folder.is_dir():
                raise
        else:
            return folder
    raise AssertionError("there is always another number")


def _lay_out(stub: Path, to: Path) -> None:
    if stub.is_dir():
        shutil.copytree(stub, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(stub, to)


def _store(folder: Path) -> Store:
    return Store(folder / "interview.json", "interview", "record of an interview", _is_record)


def _load(folder: Path) -> Interview | None:
    """Return the interview of a folder; None where its record is damaged: nothing depends on it."""
    try:
        data = _store(folder).read()
        return Interview(
            folder,
            tuple(data["numbers"]),
            data["minutes"],
            data["seed"],
            datetime.fromisoformat(data["begun"]),
            datetime.fromisoformat(data["ended"]) if data["ended"] else None,
        )
    except (UsageError, ValueError, TypeError, KeyError):
        return None


def _is_record(data: Any) -> bool:
    kinds = {"numbers": list, "minutes": int, "seed": int, "begun": str}
    return isinstance(data, dict) and all(
        isinstance(data.get(key), kind) for key, kind in kinds.items()
    )
