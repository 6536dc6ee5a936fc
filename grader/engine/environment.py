"""The environment that the engine's own processes start with."""

from __future__ import annotations

import os

# Nothing of the person's environment reaches a test run but what a process needs to start.
_KEPT = ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")


def clean_environment() -> dict[str, str]:
    """Return an environment without secrets and without anybody's Python or pytest settings."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # One hash seed: a set's order must not decide a verdict.
    return {**kept, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "MALLOC_ARENA_MAX": "1"}
