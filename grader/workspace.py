"""The kata on disk: its root, its problems, and which of them were asked for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import grader
from grader.errors import Fault, ProblemFaults, UsageError
from grader.loader import METADATA, load_problem
from grader.problem import Problem, solution_name
from grader.table import did_you_mean

_NUMBER = re.compile(r"\d\d")
_SLUG = re.compile(r"""^slug\s*=\s*["'](\w+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder that holds ``problems/``, and beside it ``stubs/`` and ``reference/``."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """Return the workspace around ``start``, else the one that the grader was installed from.

        Raises UsageError where there is neither.
        """
        start = start.resolve()
        for folder in (start, *start.parents, Path(grader.__file__).resolve().parents[1]):
            if any(_problem_folders(folder)):
                return cls(folder)
        raise UsageError(
            f"{start}: no problems here, nor in any folder above.\n"
            "Go to the folder that holds `problems/` and try again."
        )

    @property
    def stubs(self) -> Path:
        """The folder of the learner's own solutions."""
        return self.root / "stubs"

    @property
    def reference(self) -> Path:
        """The folder of reference solutions."""
        return self.root / "reference"

    @property
    def state(self) -> Path:
        """Where the grader keeps what it must remember about this learner."""
        return self.root / ".grader"

    def problems(self, wanted: Sequence[str] = ()) -> tuple[Problem, ...]:
        """Return the problems asked for (all, if none is named), in the order of their numbers.

        Raises UsageError for a number that does not exist, ProblemFaults for broken folders.
        """
        folders = {folder.name: folder for folder in _problem_folders(self.root)}
        chosen = {_number(word, folders) for word in wanted} or set(folders)
        problems: list[Problem] = []
        faults: list[Fault] = []
        for number in sorted(chosen):
            try:
                problems.append(load_problem(folders[number]))
            except ProblemFaults as error:
                faults.extend(error.faults)
        if faults:
            raise ProblemFaults(faults)
        return tuple(problems)

    def solution_names(self) -> frozenset[str]:
        """Return the names that solutions of the problems have; a broken problem has none.

        Reads one line of each: a whole ``problem.toml`` takes milliseconds, of which this is none.
        """
        return frozenset(_solution_names(self.root))


def _solution_names(root: Path) -> Iterator[str]:
    for folder in _problem_folders(root):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            text = (folder / METADATA).read_text(encoding="utf-8")
            if found := _SLUG.search(text):
                yield solution_name(folder, found[1])


def _problem_folders(root: Path) -> Iterable[Path]:
    """Yield the problem folders; one without its metadata counts, so that somebody says so."""
    for folder in sorted(root.glob("problems/[0-9][0-9]")):
        if (folder / METADATA).exists() or (folder / "README.md").exists():
            yield folder


def _number(word: str, known: Iterable[str]) -> str:
    """Return the two-digit number that ``word`` (7, 07, p07_timing, problems/07) stands for."""
    name = word.rstrip("/").rsplit("/", 1)[-1]
    digits = name[1:3] if re.match(r"p\d\d_", name) else name.zfill(2)
    numbers = sorted(known)
    if not _NUMBER.fullmatch(digits) or digits not in numbers:
        raise UsageError(
            f"There is no problem {word}. "
            + did_you_mean(digits, numbers, f"There are {numbers[0]} to {numbers[-1]}.")
            + " `grader list` shows them all."
        )
    return digits
