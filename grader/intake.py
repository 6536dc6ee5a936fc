"""Take a solution in: its declared files are copied, and nothing else that was handed in.

A problem declares one file by its name, or a package: there every module counts that can be
imported by its name. Links are not followed, and what is no module is left where it is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.errors import SolutionError
from grader.solution import read_file

MAX_FILES = 200
MAX_ENTRIES = 10_000


def take_in(path: Path, into: Path) -> Path:
    """Copy the declared files of a solution into a folder; return the copy's path.

    Raises SolutionError where the solution cannot be one: a link out of its folder, a folder in
    place of a file, too large, unreadable.
    """
    _refuse_link(path)
    copy = into / path.name
    if path.suffix == ".py" or not path.is_dir():
        _copy(path, copy)
        return copy
    files = modules(path)
    if len(files) > MAX_FILES:
        raise SolutionError(
            f"{path.name} has {len(files)} files; a package has {MAX_FILES} at most"
        )
    copy.mkdir(parents=True)
    for file in files:
        _copy(file, copy / file.relative_to(path))
    return copy


def ignored(folder: Path, known: Collection[str]) -> list[str]:
    """Return the names in a folder of solutions that are none of ``known``, and so are left out."""
    return sorted(
        entry.name for entry in os.scandir(folder) if entry.name not in known and _counts(entry)
    )


def ignored_in_package(path: Path) -> list[str]:
    """Return what is no module of a package, by its path inside."""
    taken = {*modules(path)}
    left = (Path(entry.path) for entry in _walk(path) if not entry.is_dir(follow_symlinks=False))
    return sorted(file.relative_to(path).as_posix() for file in left if file not in taken)


def _counts(entry: os.DirEntry[str]) -> bool:
    """Tell whether somebody may have meant something by an entry."""
    return not entry.name.startswith(".") and entry.name != "__pycache__"


def modules(package: Path) -> list[Path]:
    """Return the files of a package that ``import`` could name, in order."""
    return sorted(
        file
        for entry in _walk(package)
        if entry.is_file(follow_symlinks=False)
        and (file := Path(entry.path)).suffix == ".py"
        and all(part.isidentifier() for part in file.relative_to(package).with_suffix("").parts)
    )


def _walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder that somebody may have meant something by.

    Neither follows links nor recurses, and ends after so many entries that nobody meant them.
    """
    waiting = [str(folder)]
    entries = 0
    while waiting and entries < MAX_ENTRIES:
        with contextlib.suppress(OSError):
            for entry in os.scandir(waiting.pop()):
                entries += 1
                if _counts(entry):
                    yield entry
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)


def _refuse_link(path: Path) -> None:
    # Not Path.resolve, which raises over a link to itself: reading it says more.
    folder = os.path.realpath(path.parent)
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(folder):
        raise SolutionError(f"{path.name} is a link that leads out of its folder")


def _copy(file: Path, to: Path) -> None:
    data = read_file(file)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(data)
