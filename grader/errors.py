"""Every error the grader raises on purpose.

GraderError
├── UsageError      what was asked cannot be done          exit code 2
├── ProblemFaults   problem folders break the format       exit code 2
├── EngineError     the grader itself failed               exit code 3
└── SolutionError   a solution cannot be loaded            costs that problem only
    └── PartError   a module of its package cannot         costs the tests that need it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GraderError(Exception):
    """The root of all errors the grader raises on purpose."""

    exit_code = 3


class UsageError(GraderError):
    """What was asked cannot be done; the text says what, where and what to do next."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a problem folder: where, what, and how to mend it."""

    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}. {self.remedy}"


class ProblemFaults(GraderError):
    """Problem folders break the format; ``faults`` names every place."""

    exit_code = 2

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class EngineError(GraderError):
    """The grader itself failed: no fault of any solution."""

    exit_code = 3


class SolutionError(GraderError):
    """A solution cannot be loaded; ``where`` is the ``file:line`` that is to blame, if any."""

    def __init__(self, message: str, *, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where


class PartError(SolutionError):
    """A module inside a solution's package cannot be loaded; the rest of it may still work."""
