"""Follow threads through the steps they take in a solution, on any version of Python."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Protocol, Self

from grader.testkit.threads.steps import OnStep


class Tracer(Protocol):
    """Calls back before each step that a followed thread takes in a file that is ours."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def follow(self) -> contextlib.AbstractContextManager[None]:
        """Follow the calling thread as long as the block runs."""


def tracer(owns: Callable[[str], bool], on_step: OnStep) -> Tracer:
    """Return the tracer for this version of Python.

    ``sys.settrace`` up to 3.11. From 3.12 on ``sys.monitoring`` (PEP 669), with which tracing by
    instruction is cheap and, unlike with ``settrace`` on 3.12.1, safe.
    """
    if sys.version_info >= (3, 12):
        from grader.testkit.threads.monitoring import MonitoringTracer

        return MonitoringTracer(owns, on_step)
    from grader.testkit.threads.settrace import SettraceTracer

    return SettraceTracer(owns, on_step)
