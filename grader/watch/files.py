"""Tell when a file, or a folder of files, was saved.

Folders are watched, not files: an editor that saves by renaming puts another file in place.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import watchfiles

# What comes within one step of the other, in milliseconds, is one save; a step is the delay, too.
STEP, DEBOUNCE = 25, 100
# How often a folder is looked for that has been moved away, or put back.
LOOK_SECONDS = 0.25
IGNORED_FOLDER = "__pycache__"


@dataclass(frozen=True, slots=True)
class Target:
    """A folder; the files in it that count, by their path within it; and what to do at a save."""

    folder: Path
    counts: Callable[[Path], bool]
    on_save: Callable[[], None]
    recursive: bool = False


def solution_target(path: Path, on_save: Callable[[], None]) -> Target:
    """Return the target for a solution: a file, or a package with all that is in it."""
    if path.is_dir():
        return Target(path, _is_module, on_save, recursive=True)
    return Target(path.parent, lambda inner: inner.name == path.name, on_save)


def tests_target(folder: Path, on_save: Callable[[], None]) -> Target:
    """Return the target for what a problem is made of; its example solutions are none of it."""
    return Target(folder, lambda inner: inner.suffix in (".py", ".toml"), on_save)


@contextlib.contextmanager
def watching(targets: Sequence[Target]) -> Iterator[None]:
    """Call each target's ``on_save``, in a thread of its own, while the block lasts."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_follow, args=(target, stop), daemon=True) for target in targets
    ]
    try:
        for thread in threads:
            thread.start()
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _is_module(inner: Path) -> bool:
    # A folder counts: its files may have come before anybody could watch it.
    return inner.suffix in (".py", "") and IGNORED_FOLDER not in inner.parts


def _follow(target: Target, stop: threading.Event) -> None:
    """Watch a folder, and whatever folder comes to stand in its place."""
    is_another = False
    while not stop.is_set():
        if (identity := _identity(target.folder)) is None:
            stop.wait(LOOK_SECONDS)
            continue
        _follow_one(target, identity, stop, is_another=is_another)
        is_another = True
        if not stop.is_set():
            target.on_save()


def _follow_one(
    target: Target, identity: tuple[int, int], stop: threading.Event, *, is_another: bool
) -> None:
    """Watch one folder until it stands no more where it stood."""
    folder = target.folder.resolve()
    gone = (watchfiles.Change.deleted, str(folder))
    changes = watchfiles.watch(
        folder,
        watch_filter=lambda kind, path: (kind, path) == gone or _counts(target, folder, path),
        step=STEP,
        debounce=DEBOUNCE,
        recursive=target.recursive,
        stop_event=stop,
        rust_timeout=round(LOOK_SECONDS * 1000),
        yield_on_timeout=True,
        raise_interrupt=False,
        ignore_permission_denied=True,
    )
    # A folder may go between two looks at it.
    with contextlib.suppress(FileNotFoundError):
        for found in changes:
            # A folder deleted and made again may get the same number as before.
            if gone in found or _identity(target.folder) != identity:
                return
            if found or is_another:
                target.on_save()
            # Only once: what was written there before it was watched.
            is_another = False


def _counts(target: Target, folder: Path, path: str) -> bool:
    changed = Path(path)
    is_inside = changed != folder and changed.is_relative_to(folder)
    return is_inside and target.counts(changed.relative_to(folder))


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another one of its name, None where there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
