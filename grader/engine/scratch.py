"""A folder for what a solution writes, removed whatever the solution made of it."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What st_blocks counts in, everywhere.
_BLOCK = 512
# From such a length on, a path starts anew from a descriptor.
LONG_PATH = 1_000
# Windows opens no folders.
_CAN_LOOK = os.scandir in os.supports_fd and os.open in os.supports_dir_fd
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
# What a solution may leave lying in its folder at any time.
MAX_BYTES = 64 << 20
MAX_ENTRIES = 10_000


@contextmanager
def scratch_folder(inside: str | None = None) -> Iterator[str]:
    """Yield the path of a new folder that is removed afterwards."""
    folder = tempfile.mkdtemp(prefix="grader-", dir=inside)
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):
            _remove(Path(folder))


def is_overfull(folder: str, pid: int | None) -> bool:
    """Tell whether more lies in a folder, or in files that process ``pid`` unlinked, than may."""
    total = 0
    sizes = itertools.chain(_sizes(folder), _unlinked_sizes(pid))
    for entries, size in enumerate(sizes, start=1):
        total += size
        if total > MAX_BYTES or entries > MAX_ENTRIES:
            return True
    return False


def _sizes(folder: str) -> Iterator[int]:
    """Yield the size of everything in a folder, also where paths are longer than any call takes.

    Not by os.walk, which recurses before Python 3.12.
    """
    anchors: list[int] = []
    waiting: list[tuple[int | None, str]] = [(None, folder)] if _CAN_LOOK else []
    try:
        while waiting:
            anchor, path = waiting.pop()
            try:
                descriptor = os.open(path, _FOLDER, dir_fd=anchor)
                anchors.append(descriptor)
                if len(path) > LONG_PATH:
                    anchor, path = descriptor, "."
                with os.scandir(descriptor) as entries:
                    for entry in entries:
                        with contextlib.suppress(FileNotFoundError):
                            yield entry.stat(follow_symlinks=False).st_blocks * _BLOCK
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append((anchor, f"{path}/{entry.name}"))
                if anchor != descriptor:
                    os.close(anchors.pop())
            except PermissionError:
                # Nobody can say what it holds.
                yield MAX_BYTES + 1
            except OSError:
                # It is gone, or was never a folder.
                continue
    finally:
        for descriptor in anchors:
            os.close(descriptor)


def _unlinked_sizes(pid: int | None) -> Iterator[int]:
    """Yield the sizes of files that have no name any more and live on by a descriptor, on Linux."""
    with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                status = os.stat(entry.path)  # noqa: PTH116  # quick
                if stat.S_ISREG(status.st_mode) and not status.st_nlink:
                    yield status.st_blocks * _BLOCK


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
