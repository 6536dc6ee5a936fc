"""Which problem to watch where none is named, and which one after it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.intake import modules
from grader.next_step import advise
from grader.problem import Problem
from grader.progress import load_progress
from grader.score import is_untouched
from grader.solutions import NAMED
from grader.workspace import Workspace


def problem_now(
    workspace: Workspace, problems: Sequence[Problem], paths: Mapping[str, Path], choice: str
) -> Problem:
    """Return what ``grader next`` names, if one's own solutions are watched and it can tell."""
    if choice == NAMED[0]:
        with contextlib.suppress(UsageError):
            return advise(load_progress(workspace)).standing.problem
    return first_to_watch(problems, paths)


def first_to_watch(problems: Sequence[Problem], paths: Mapping[str, Path]) -> Problem:
    """Return the problem whose solution was written last; the first one where none was begun."""
    begun = [problem for problem in problems if _is_begun(problem, paths)]
    return max(begun, key=lambda problem: _written(paths[problem.number]), default=problems[0])


def next_to_watch(
    problems: Sequence[Problem], paths: Mapping[str, Path], after: str
) -> Problem | None:
    """Return the next problem that was not begun, else the next one; None after the last."""
    later = [problem for problem in problems if problem.number > after]
    fresh = (problem for problem in later if not _is_begun(problem, paths))
    return next(fresh, next(iter(later), None))


def _is_begun(problem: Problem, paths: Mapping[str, Path]) -> bool:
    path = paths.get(problem.number)
    return path is not None and os.path.lexists(path) and not is_untouched(path, problem.stub)


def _written(path: Path) -> float:
    files = modules(path) if path.is_dir() else [path]
    return max((file.stat().st_mtime for file in files), default=0.0)
