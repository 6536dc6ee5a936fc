"""How much can run side by side here, and where."""

from __future__ import annotations

import os
from pathlib import Path

_STAT = Path("/proc/self/stat")
# Of its fields, counted from 1: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
_STATE, _PROCESSOR = 3, 39


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stay_on_core() -> None:
    """Keep this process on the core that Linux gave it; where that is unknown, change nothing.

    Only one thread of a Python process runs at a time: on one core they take turns at half the
    cost, as none has to wake another core.
    """
    try:
        os.sched_setaffinity(0, [current_core()])
    except (OSError, ValueError, LookupError, AttributeError):
        return


def current_core() -> int:
    """Return the core this process runs on; raise OSError, ValueError or LookupError."""
    # Of the second field, a name in brackets, anything may be part.
    fields = _STAT.read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[_PROCESSOR - _STATE])
