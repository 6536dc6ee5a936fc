"""What goes into a grading and what comes out: data that crosses process boundaries.

Wire format 1: one JSON object a line, each behind the worker's token.

{"kind": "ready"}                         the worker is up; the solution is imported next
{"kind": "loaded"}                        the solution was imported
{"kind": "broken", "report": {...}}       it was not; nothing follows
{"kind": "start", "test": id}             a test begins
{"kind": "end", "test": id, "report": {...}}
{"kind": "answers", "test": id, "steps": [[...], ...], "answers": [[...], ...]}  a probe's
{"kind": "done", "cpu": seconds, "wall": seconds}
{"kind": "failure", "text": traceback}    the grader's own code failed

The solution shares the process that writes these: what is malformed is no message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.outcome import Outcome, TestReport
from grader.problem import Limits
from grader.text import printable, shorten

Message = dict[str, Any]
# The exit status of a worker that could not say how its tests ended.
MUTE = 97
_TEXT_LIMIT = 4_000


# A probe's steps: by behaviour, for each seed a list.
Script = dict[str, list[list[Any]]]


@dataclass(frozen=True, slots=True)
class Questions:
    """What a probe asks: these steps, or those that it makes of the seeds."""

    seeds: tuple[int, ...] = ()
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One solution to judge by some tests of one problem, in this order.

    ``seed`` replaces the fixed seed of hypothesis; None keeps verdicts repeatable. ``base`` is the
    package that a solution is laid over, if any. With ``questions``, behaviours stand in place of
    tests, and the problem's probe asks about each. Of each pair of ``canaries``, which are mixed
    in, an honest run passes one at most.
    """

    number: str
    slug: str
    path: Path
    tests: tuple[str, ...]
    limits: Limits
    seed: int | None = None
    base: Path | None = None
    questions: Questions | None = None
    canaries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What one worker process is told to do; ``token`` marks the lines that it writes."""

    slug: str
    path: str
    tests: tuple[str, ...]
    seed: int | None
    scratch: str
    token: str
    cpu_seconds: int
    base: str | None = None
    questions: Questions | None = None

    @property
    def number(self) -> str:
        return self.slug[1:3]

    @property
    def base_path(self) -> Path | None:
        return Path(self.base) if self.base else None

    def dump(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def parse(cls, data: bytes) -> Order:
        fields = json.loads(data)
        if fields["questions"] is not None:
            fields["questions"] = Questions(**fields["questions"])
        return cls(**{**fields, "tests": tuple(fields["tests"])})


def dump_report(report: TestReport) -> dict[str, Any]:
    """Return a report as JSON data."""
    return asdict(report)


def parse_message(line: bytes) -> Message | None:
    """Return the message in a line, None where there is none."""
    try:
        data = json.loads(line)
        return {"kind": data["kind"], **_FIELDS[data["kind"]](data)}
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        return None


def _parse_report(data: Mapping[str, Any]) -> TestReport:
    """Return the report that ``dump_report`` made into ``data``."""
    where = None if data["where"] is None else _text(data["where"])
    return TestReport(
        Outcome(data["outcome"]), _text(data["message"]), where, _seconds(data["seconds"])
    )


def _failed(report: TestReport) -> TestReport:
    if report.outcome.is_pass:
        raise ValueError(report)
    return report


def _text(value: object) -> str:
    return shorten(printable(str(value)), _TEXT_LIMIT)


def _seconds(value: float) -> float:
    if not 0 <= value < float("inf"):
        raise ValueError(value)
    return float(value)


def _lists(value: Any) -> list[list[Any]]:
    return [list(entries) for entries in list(value)]


# How the fields of each kind of message are read.
_FIELDS: Mapping[str, Callable[[Message], Message]] = {
    "ready": lambda _: {},
    "loaded": lambda _: {},
    "broken": lambda data: {"report": _failed(_parse_report(data["report"]))},
    "start": lambda data: {"test": str(data["test"])},
    "end": lambda data: {"test": str(data["test"]), "report": _parse_report(data["report"])},
    "answers": lambda data: {
        "test": str(data["test"]),
        "steps": _lists(data["steps"]),
        "answers": _lists(data["answers"]),
    },
    "done": lambda data: {"cpu": _seconds(data["cpu"]), "wall": _seconds(data["wall"])},
    "failure": lambda data: {"text": _text(data["text"])},
}
