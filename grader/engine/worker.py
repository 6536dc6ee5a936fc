"""What the supervisor needs of an engine: start a worker process, hear it, end it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, Protocol

from grader.case import TestCase
from grader.engine.job import Order


class Worker(Protocol):
    """One process that runs one solution."""

    @property
    def pid(self) -> int | None:
        """Its number, where it can be looked at by it."""

    @property
    def outcomes(self) -> BinaryIO:
        """The lines it writes about tests."""

    @property
    def output(self) -> BinaryIO:
        """What the solution prints."""

    def interrupt(self) -> None:
        """Ask it to write down where each thread is, and end."""

    def kill(self) -> None:
        """End it, whatever it does against that."""

    def wait(self) -> int | None:
        """Wait until it and what it started are gone; return its exit status, -N for signal N.

        None where the engine's own process ended first: how the worker ended is not known then.
        """

    def close(self) -> None:
        """Let go of what was needed to control it, once it has ended."""


class Engine(Protocol):
    """A way to run solutions against the tests of some problems."""

    @property
    def isolation(self) -> str:
        """What keeps solutions apart, in a few words."""

    def tests(self) -> Mapping[str, tuple[TestCase, ...]]:
        """Return the tests of each problem by number, in the order of its files."""

    def probes(self) -> Mapping[str, tuple[str, ...]]:
        """Return the behaviours that each problem's probe asks about, by number."""

    def canaries(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Return pairs of claims of which an honest run passes one at most, by number."""

    def start(self, order: Order) -> Worker:
        """Start a worker; raise EngineError where that is impossible."""

    def close(self) -> None:
        """End every process of the engine."""
