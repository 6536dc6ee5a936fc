"""``grader reset``: put the pristine stub back, and keep what was there."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader.errors import UsageError
from grader.history import digest_of, record_reset
from grader.problem import Problem
from grader.score import is_untouched
from grader.workspace import Workspace

# What follows the slug: the time, then a number where several were made in one second.
_NAME = re.compile(r"\.(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)(?:_(\d+))?(?:\.py)?")


@dataclass(frozen=True, slots=True)
class Reset:
    """What was done: ``backup`` is where the earlier text is, None where there was none.

    ``linked_to`` is where a link led that stood in its place; what is there is left as it was.
    ``trouble`` says why the history does not know of it, if it should and does not.
    """

    target: Path
    is_changed: bool
    backup: Path | None = None
    linked_to: str | None = None
    trouble: str | None = None


def reset(workspace: Workspace, problem: Problem, now: datetime) -> Reset:
    """Put the pristine stub back, and note that the problem begins anew.

    Raises UsageError where that is impossible, with nothing lost.
    """
    target = workspace.stubs / problem.solution_name
    if not target.is_symlink() and is_untouched(target, problem.stub):
        return Reset(target, is_changed=False)
    done = _replace(workspace, problem, problem.stub, now)
    return replace(done, trouble=record_reset(workspace, problem))


def restore(workspace: Workspace, problem: Problem, now: datetime) -> Reset:
    """Put the newest backup back; what is there now becomes a backup itself, unless it is the stub.

    Raises UsageError where there is no backup, or where it cannot be put back.
    """
    backups = backups_of(workspace, problem)
    if not backups:
        raise UsageError(
            f"{backup_folder(workspace)}: holds no backup of problem {problem.number}. "
            f"`grader reset {problem.number}` makes one."
        )
    target = workspace.stubs / problem.solution_name
    if not target.is_symlink() and digest_of(target) == digest_of(backups[-1]):
        return Reset(target, is_changed=False)
    return _replace(workspace, problem, backups[-1], now)


def backup_folder(workspace: Workspace) -> Path:
    """Return where backups are kept."""
    return workspace.state / "backup"


def backups_of(workspace: Workspace, problem: Problem) -> list[Path]:
    """Return the backups of a problem's solution, the oldest first."""
    found = {}
    for path in backup_folder(workspace).glob(f"{problem.slug}.*"):
        if match := _NAME.fullmatch(path.name.removeprefix(problem.slug)):
            found[match[1], int(match[2] or 1)] = path
    return [found[key] for key in sorted(found)]


def _replace(workspace: Workspace, problem: Problem, source: Path, now: datetime) -> Reset:
    """Put a copy of ``source`` in place: only when it is whole, and so is the backup."""
    target = workspace.stubs / problem.solution_name
    linked_to = os.fspath(target.readlink()) if target.is_symlink() else None
    backup = None
    try:
        target.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".reset-", dir=target.parent) as folder:
            new = _copy(source, Path(folder, "new"))
            # Beside its modules, a package may hold notes, which make it no less untouched.
            if target.exists() and (target.is_dir() or not is_untouched(target, problem.stub)):
                backup = _back_up(workspace, problem, target, now)
            if target.is_dir() or target.is_symlink():
                target.rename(Path(folder, "old"))
            new.replace(target)
    except (OSError, shutil.Error) as error:
        kept = f" What was there is in {backup}." if backup else ""
        raise UsageError(
            f"{target}: cannot be replaced: {error}.{kept} Check the permissions of its folder."
        ) from error
    return Reset(target, is_changed=True, backup=backup, linked_to=linked_to)


def _back_up(workspace: Workspace, problem: Problem, target: Path, now: datetime) -> Path:
    """Copy a solution, or what a link leads to, to a name that no other backup has."""
    folder = backup_folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    ending = "" if target.is_dir() else ".py"
    for count in itertools.count(1):
        number = f"_{count}" if count > 1 else ""
        path = folder / f"{problem.slug}.{now:%Y-%m-%dT%H-%M-%S}{number}{ending}"
        with contextlib.suppress(FileExistsError):
            # Takes the name, so that two who reset at once do not share one.
            path.mkdir() if target.is_dir() else path.touch(exist_ok=False)
            return _copy(target, path)
    raise AssertionError("there is always another number")


def _copy(source: Path, to: Path) -> Path:
    if source.is_dir():
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, to, symlinks=True, ignore=unwanted, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, to)
    return to
