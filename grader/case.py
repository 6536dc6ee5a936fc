"""The tests of a problem, and how they ended for one solution: data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grader.outcome import TestReport


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test as collected: a function with one set of parameters."""

    __test__ = False

    id: str
    function: str
    behaviours: tuple[str, ...]
    is_hidden: bool


@dataclass(slots=True)
class Trial:
    """How a job ended: a report for each of its tests, whatever happened.

    ``broken`` is set where the solution could not be imported; ``failure`` where the grader
    itself failed, and the reports say nothing about the solution. ``is_tampered`` is set where
    claims passed that contradict each other. ``loading_printed`` is what the solution printed
    before any test. ``cpu_seconds`` and ``wall_seconds`` count the tests alone, without waiting
    for a core; ``seconds`` the whole job. ``answers`` has, where a probe asked, its steps and what
    came back, by behaviour and seed.
    """

    reports: dict[str, TestReport] = field(default_factory=dict)
    broken: TestReport | None = None
    failure: str | None = None
    is_tampered: bool = False
    loading_printed: str = ""
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    seconds: float = 0.0
    answers: dict[str, tuple[list[list[Any]], list[list[Any]]]] = field(default_factory=dict)

    @property
    def output(self) -> str:
        """All that the solution printed: at its first import, then test by test."""
        return "".join([self.loading_printed, *(r.printed for r in self.reports.values())])
