"""Choose the engine that this platform allows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.engine.forking import ForkingEngine
from grader.engine.fresh import FreshEngine
from grader.engine.worker import Engine
from grader.isolation import Isolation
from grader.problem import Problem


def can_fork() -> bool:
    """Tell whether warm processes can be forked and controlled here: Linux 5.3 or later."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


@contextmanager
def open_engine(
    root: Path, problems: Sequence[Problem], isolation: Isolation = Isolation.BEST
) -> Iterator[Engine]:
    """Yield an engine for the tests of ``problems``; no process of it outlives the block."""
    folders = [problem.folder for problem in problems]
    engine: Engine = (ForkingEngine if can_fork() else FreshEngine)(root, folders, isolation)
    try:
        yield engine
    finally:
        engine.close()
