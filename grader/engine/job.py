"""What goes into a grading and what comes out: data that crosses process boundaries.

Wire format 1: one JSON object a line, each behind the worker's token.

{"kind": "ready"}                         the worker is up; the solution is imported next
{"kind": "loaded"}                        the solution was imported
{"kind": "broken", "report": {...}}       it was not; nothing follows
{"kind": "start", "test": id}             a test begins
{"kind": "end", "test": id, "report": {...}}
{"kind": "done", "cpu": seconds, "wall": seconds}
{"kind": "failure", "text": traceback}    the grader's own code failed
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.outcome import Outcome, TestReport
from grader.problem import Limits


@dataclass(frozen=True, slots=True)
class Job:
    """One solution to judge by some tests of one problem, in this order.

    ``seed`` replaces the fixed seed of hypothesis; None keeps verdicts repeatable.
    """

    number: str
    slug: str
    path: Path
    tests: tuple[str, ...]
    limits: Limits
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What one worker process is told to do; ``token`` marks the lines that it writes."""

    slug: str
    path: str
    tests: tuple[str, ...]
    seed: int | None
    scratch: str
    token: str

    def dump(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def parse(cls, data: bytes) -> Order:
        fields = json.loads(data)
        return cls(**{**fields, "tests": tuple(fields["tests"])})


def dump_report(report: TestReport) -> dict[str, Any]:
    """Return a report as JSON data."""
    return asdict(report)


def parse_report(data: Mapping[str, Any]) -> TestReport:
    """Return the report that ``dump_report`` made into ``data``."""
    return TestReport(
        Outcome(data["outcome"]), str(data["message"]), data["where"], float(data["seconds"])
    )
