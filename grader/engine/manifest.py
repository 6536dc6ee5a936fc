"""Read what the child side collected."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from grader.case import TestCase
from grader.errors import Fault, ProblemFaults
from grader.isolation import Isolation, Layer, check, in_words


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


class Collected(ABC):
    """The half of an engine that tells what it collected."""

    kind: ClassVar[str]

    def __init__(self, isolation: Isolation) -> None:
        """Confine solutions as far as ``isolation`` says."""
        self._wanted = isolation
        self._manifest = Manifest()

    @abstractmethod
    def _collected(self) -> Manifest:
        """Return what was collected; collect it if that has not been done."""

    @property
    def isolation(self) -> str:
        """What keeps solutions apart, in a few words."""
        confined = in_words(self._wanted, self._manifest.layers)
        return f"a {self.kind} process for each solution, {confined}"

    def tests(self) -> Mapping[str, tuple[TestCase, ...]]:
        """Return the tests of each problem by number; raise ProblemFaults where there are none."""
        return self._collected().tests

    def probes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the behaviours that each problem's probe asks about, by number."""
        return self._collected().probes

    def canaries(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Return pairs of claims of which an honest run passes one at most, by number."""
        return self._collected().canaries
