"""Grade many problems: the first one while the tests of the others are still being collected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.engine import Engine, open_engine
from grader.grade import grade, job_pool
from grader.isolation import Isolation
from grader.probe import Prober
from grader.problem import Problem
from grader.score import ProblemResult
from grader.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Leg:
    """Some of the problems, and what grades them."""

    problems: Sequence[Problem]
    engine: Engine
    prober: Prober


@dataclass(frozen=True, slots=True)
class Relay:
    """The legs, of which the second gets ready while the first is under way."""

    legs: tuple[Leg, ...]

    @property
    def isolation(self) -> str:
        """What keeps solutions apart, in a few words."""
        return self.legs[0].engine.isolation

    @property
    def has_asked(self) -> bool:
        """Tell whether a solution has been asked anything by a probe."""
        return any(leg.prober.has_asked for leg in self.legs)

    def grade(self, paths: Mapping[str, Path], *, jobs: int) -> Iterator[ProblemResult]:
        """Yield each problem's result, in order; raise ProblemFaults where tests have faults."""
        for leg in self.legs:
            yield from grade(leg.engine, leg.problems, paths, leg.prober, jobs=jobs)


@contextmanager
def open_relay(
    workspace: Workspace, problems: Sequence[Problem], isolation: Isolation, seed: int
) -> Iterator[Relay]:
    """Yield a relay whose probes use ``seed``; no process of it outlives the block."""
    legs = []
    with ExitStack() as stack:
        for part in filter(None, (problems[:1], problems[1:])):
            engine = stack.enter_context(open_engine(workspace.root, part, isolation))
            legs.append(Leg(part, engine, Prober(engine, workspace.reference, [seed])))
        pool = stack.enter_context(job_pool(1))
        for leg in legs[1:]:
            # What is wrong with its tests, it says again when its turn comes.
            pool.submit(leg.engine.tests)
        yield Relay(tuple(legs))
