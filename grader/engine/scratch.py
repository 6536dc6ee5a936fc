"""A folder for what a solution writes, removed whatever the solution made of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Yield the path of a new folder that is removed afterwards."""
    folder = tempfile.mkdtemp(prefix="grader-")
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):
            _remove(Path(folder))


def _remove(top: Path) -> None:
    """Remove a folder; those inside are lifted to its top one by one, and emptied there.

    ``shutil.rmtree`` recurses: a thousand folders in each other end it with an error.
    """
    if top.is_symlink() or not top.is_dir():
        return top.unlink()
    top.chmod(0o700)
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        for entry in tuple(os.scandir(folder)):
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(_lift(Path(entry.path), top))
                else:
                    Path(entry.path).unlink()
        if folder != top:
            with contextlib.suppress(OSError):
                folder.rmdir()
    return top.rmdir()


def _lift(folder: Path, top: Path) -> Path:
    folder.chmod(0o700)
    return folder.rename(top / secrets.token_hex(8))
