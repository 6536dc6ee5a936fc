"""Which problem to watch where none is named, and which one after it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.intake import modules
from grader.problem import Problem
from grader.score import is_untouched


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
