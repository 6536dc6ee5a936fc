"""Read what the child side collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.case import TestCase
from grader.errors import Fault, ProblemFaults
from grader.isolation import Isolation, Layer, check


@dataclass(frozen=True, slots=True)
class Manifest:
    """What there is to run, by the problem's number: tests, what a probe asks about, canaries.

    ``layers`` are the walls around the solutions; without them, nothing has been collected yet.
    """

    tests: Mapping[str, tuple[TestCase, ...]] = field(default_factory=dict)
    probes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    canaries: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    layers: tuple[Layer, ...] = ()


def read_manifest(data: Mapping[str, Any], wanted: Isolation) -> Manifest:
    """Return what was collected.

    Raises ProblemFaults the collection met, and UsageError where walls that are required are not
    to be had.
    """
    if data["faults"]:
        raise ProblemFaults([Fault(**fault) for fault in data["faults"]])
    layers = tuple(Layer(**layer) for layer in data["layers"])
    check(wanted, layers)
    return Manifest(
        tests={
            number: tuple(TestCase(**{**c, "behaviours": tuple(c["behaviours"])}) for c in cases)
            for number, cases in data["tests"].items()
        },
        canaries={
            number: tuple((one, other) for one, other in pairs)
            for number, pairs in data["canaries"].items()
        },
        layers=layers,
        probes={number: tuple(behaviours) for number, behaviours in data["probes"].items()},
    )
