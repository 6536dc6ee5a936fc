"""Where solutions come from: the one knob of the whole kata.

``stubs`` and ``reference`` are folders of the workspace; anything else is a path to a folder of
solutions by name, or to one solution.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError

if TYPE_CHECKING:
    # `grader --help` names the solutions, and needs no more of them.
    from grader.problem import Problem
    from grader.workspace import Workspace

VARIABLE = "GRADER_SOLUTIONS"
NAMED = ("stubs", "reference")


def default_choice() -> str:
    """Return what the environment asks for, else ``stubs``."""
    return os.environ.get(VARIABLE) or NAMED[0]


def find_solutions(
    choice: str, workspace: Workspace, problems: Sequence[Problem]
) -> dict[str, Path]:
    """Return the path of each problem's solution, by number; it need not exist in a folder.

    Raises UsageError where ``choice`` is unreadable, holds none of the solutions, or is one
    solution for several problems.
    """
    place = _place(choice, workspace)
    entries = _entries(place, choice)
    if entries is None or _is_package(entries, problems):
        return {_only(problems, choice).number: place}
    if not any(problem.solution_name in entries for problem in problems):
        wanted = ", ".join(problem.solution_name for problem in problems[:3])
        raise UsageError(
            f"{choice}: holds no solution of the problems asked for.\n"
            f"Expected there: {wanted}{' …' if len(problems) > 3 else ''}"
        )
    return {problem.number: place / problem.solution_name for problem in problems}


def left_out(
    choice: str, workspace: Workspace, paths: Collection[Path], known: Collection[str]
) -> list[str]:
    """Return what lies beside the solutions, or in their packages, and is not looked at.

    ``known`` are the names of all problems' solutions. What lies beside a single solution was not
    handed in.
    """
    from grader.intake import ignored, ignored_in_package

    place = _place(choice, workspace)
    found = ignored(place, known) if all(path.parent == place for path in paths) else []
    for path in paths:
        if path.is_dir() and path.suffix != ".py":
            found += [f"{path.name}/{name}" for name in ignored_in_package(path)]
    return sorted(found)


def _place(choice: str, workspace: Workspace) -> Path:
    return workspace.root / choice if choice in NAMED else Path(choice).absolute()


def _entries(place: Path, choice: str) -> frozenset[str] | None:
    """Return the names in a folder, None for a file."""
    try:
        if place.is_dir():
            return frozenset(entry.name for entry in place.iterdir())
        place.stat()
    except FileNotFoundError:
        raise UsageError(
            f"{choice}: no such folder or file.\n"
            f"Give --solutions (or {VARIABLE}) {', '.join(NAMED)}, a folder, or one solution."
        ) from None
    except OSError as error:
        raise UsageError(
            f"{choice}: cannot be read: {error.strerror}. Check its permissions."
        ) from error
    return None


def _is_package(entries: frozenset[str], problems: Sequence[Problem]) -> bool:
    """Tell whether a folder is itself the solution of a problem that asks for a package."""
    return (
        len(problems) == 1
        and problems[0].stub.is_dir()
        and problems[0].solution_name not in entries
    )


def _only(problems: Sequence[Problem], choice: str) -> Problem:
    if len(problems) != 1:
        raise UsageError(
            f"{choice}: is one solution, but {len(problems)} problems are selected.\n"
            "Name the problem that it answers, as in `grader 07 --solutions FILE`."
        )
    return problems[0]
