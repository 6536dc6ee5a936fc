"""Read what the child side collected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.case import TestCase
from grader.errors import Fault, ProblemFaults


def read_manifest(data: Mapping[str, Any]) -> dict[str, tuple[TestCase, ...]]:
    """Return the tests of each problem by number; raise ProblemFaults the collection met."""
    if data["faults"]:
        raise ProblemFaults([Fault(**fault) for fault in data["faults"]])
    return {
        number: tuple(TestCase(**{**c, "behaviours": tuple(c["behaviours"])}) for c in cases)
        for number, cases in data["tests"].items()
    }
