"""Linux: tie the lives of processes together, so that nothing outlives its grading."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Container
from pathlib import Path

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def outlive_parent() -> None:
    """Take ``die_with_parent`` back."""
    _prctl(_PR_SET_PDEATHSIG, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_orphans(known: Container[int]) -> None:
    """Kill and reap every child of this process that is not ``known``, and theirs, until none is.

    A worker's leftovers come here when it ends, also those that started a session of their own.
    """
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while orphans := [pid for pid in map(int, children.read_text().split()) if pid not in known]:
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
        for pid in orphans:
            os.waitpid(pid, 0)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
