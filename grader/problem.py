"""A problem as its folder describes it: data only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.outcome import Outcome

LEVELS = {1: "Foundations", 2: "Backend", 3: "Concurrency and traps", 4: "Framework-ready"}
HINTS_PER_BEHAVIOUR = 3


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One demand of the statement."""

    id: str
    title: str
    points: int
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrongSolution:
    """A known-wrong solution, the behaviours it breaks, and how its tests may end.

    ``unseen`` are those of its ``breaks`` in which a probe need not see anything wrong.
    """

    path: Path
    breaks: frozenset[str]
    family: str | None
    ends: frozenset[Outcome]
    unseen: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Limits:
    """What one solution may use, in seconds of wall time."""

    test_seconds: float = 5.0
    problem_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What the reference may take for all tests of its problem, in seconds; ``why`` if raised."""

    cpu_seconds: float = 0.5
    wall_seconds: float = 1.0
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Unprobed:
    """The behaviours that a problem's probe does not ask about, and why."""

    behaviours: frozenset[str] = frozenset()
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem folder."""

    folder: Path
    slug: str
    title: str
    level: int
    minutes: int
    limits: Limits
    budget: Budget
    behaviours: tuple[Behaviour, ...]
    wrong: tuple[WrongSolution, ...]
    unprobed: Unprobed = Unprobed()

    @property
    def number(self) -> str:
        return self.folder.name

    @property
    def points(self) -> int:
        return sum(behaviour.points for behaviour in self.behaviours)

    @property
    def statement(self) -> Path:
        return self.folder / "README.md"

    @property
    def debrief(self) -> Path:
        """What is read after a pass; it gives the ideas away."""
        return self.folder / "debrief.md"

    @property
    def stub(self) -> Path:
        """The pristine stub: a file, or the folder of a problem that asks for a package."""
        return stub_in(self.folder)

    @property
    def solution_name(self) -> str:
        """The name a solution has in a folder of solutions."""
        return solution_name(self.folder, self.slug)

    def base_of(self, path: Path) -> Path | None:
        """Return what an author's wrong or right package is laid over: the reference."""
        is_authors = path.parent in (self.folder / "wrong", self.folder / "right")
        if not (is_authors and path.is_dir()):
            return None
        return self.folder.parent.parent / "reference" / self.solution_name

    @property
    def right(self) -> tuple[Path, ...]:
        """The right solutions, by name; hidden files and caches are none of them."""
        found = self.folder.joinpath("right").glob("[!._]*")
        return tuple(sorted(path for path in found if path.is_dir() or path.suffix == ".py"))


def stub_in(folder: Path) -> Path:
    """Return the pristine stub of the problem in ``folder``."""
    package = folder / "stub"
    return package if package.is_dir() else folder / "stub.py"


def solution_name(folder: Path, slug: str) -> str:
    """Return the name of a solution of the problem in ``folder``: a file, or a package."""
    return slug if stub_in(folder).is_dir() else f"{slug}.py"
