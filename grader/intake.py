"""Take a solution in: its declared files are copied, and nothing else that was handed in.

A problem declares one file by its name, or a package: there every module counts that can be
imported by its name. Links are not followed, and what is no module is left where it is.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.errors import SolutionError
from grader.solution import read_file

MAX_FILES = 200


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
    files = list(_modules(path))
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
    taken = {*_modules(path)}
    found = (Path(top) / name for top, _, names in os.walk(path) for name in names)
    left = (file.relative_to(path) for file in found if file not in taken)
    return sorted(
        file.as_posix()
        for file in left
        if not any(part.startswith(".") or part == "__pycache__" for part in file.parts)
    )


def _counts(entry: os.DirEntry[str]) -> bool:
    """Tell whether somebody may have meant something by an entry."""
    return not entry.name.startswith(".") and entry.name != "__pycache__"


def _modules(package: Path) -> Iterator[Path]:
    """Yield the files of a package that ``import`` could name."""
    for top, folders, names in os.walk(package):
        folders[:] = sorted(
            name for name in folders if name.isidentifier() and name != "__pycache__"
        )
        for name in sorted(names):
            file = Path(top, name)
            if file.suffix == ".py" and file.stem.isidentifier() and not file.is_symlink():
                yield file


def _refuse_link(path: Path) -> None:
    # Not Path.resolve, which raises over a link to itself: reading it says more.
    folder = os.path.realpath(path.parent)
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(folder):
        raise SolutionError(f"{path.name} is a link that leads out of its folder")


def _copy(file: Path, to: Path) -> None:
    data = read_file(file)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(data)
