"""Files written whole; one that was asked for on the command line is checked before the work."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from grader.errors import UsageError


def check_writable(path: Path) -> None:
    """Raise UsageError where no file can be written."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder. Give the name of a file in it.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is no regular file. Give another name.")
    try:
        # Whether one may write into a folder is best found out by writing there.
        with tempfile.TemporaryFile(dir=path.resolve().parent):
            pass
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no folder {path.parent}. Make it first.") from None
    except OSError as error:
        raise UsageError(_words(path, error)) from error


def write_whole(path: Path, text: str) -> None:
    """Put a new file in place of the old one, if any; raise UsageError where that fails."""
    try:
        put_in_place(path, text)
    except OSError as error:
        raise UsageError(_words(path, error)) from error


def put_in_place(path: Path, text: str) -> None:
    """Replace a file, if there is one, so that a crash leaves old or new, whole; raise OSError."""
    # A link stays one: what it leads to is replaced.
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        Path(name).chmod(_rights(target))
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _rights(target: Path) -> int:
    """Return the rights of the file that is replaced, or what a new one has here."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _words(path: Path, error: OSError) -> str:
    return f"{path}: cannot be written: {error.strerror}. Give another name, or free the place."
