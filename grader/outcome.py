"""The words for how a test and how a problem ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How one test, or one behaviour, ended."""

    PASSED = "passed"
    FAILED = "failed"
    TODO = "todo"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    NOT_RUN = "not_run"

    @property
    def is_pass(self) -> bool:
        return self is Outcome.PASSED


class Verdict(StrEnum):
    """How one problem ended."""

    SOLVED = "solved"
    PARTIAL = "partial"
    TODO = "todo"
    BROKEN = "broken"
    TAMPERED = "tampered"
    GRADER_ERROR = "grader_error"


@dataclass(frozen=True, slots=True)
class TestReport:
    """How one test ended, and why: ``message`` in words, ``where`` as the learner's file:line.

    ``printed`` is what the solution printed meanwhile; ``seconds`` is wall time.
    """

    __test__ = False  # not a test, whatever pytest makes of its name

    outcome: Outcome
    message: str = ""
    where: str | None = None
    seconds: float = 0.0
    printed: str = ""
