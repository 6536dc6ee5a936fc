"""Add up results, per level and in all; what was not graded counts with no points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.outcome import Verdict
from grader.problem import Problem
from grader.score import ProblemResult


@dataclass(frozen=True, slots=True)
class Total:
    """Points out of a maximum, solved problems out of all."""

    points: int
    max: int
    solved: int
    problems: int


def total(results: Sequence[ProblemResult], problems: Sequence[Problem]) -> Total:
    """Return the total over ``problems``, of which ``results`` holds those graded."""
    return Total(
        sum(result.points for result in results),
        sum(problem.points for problem in problems),
        sum(result.verdict is Verdict.SOLVED for result in results),
        len(problems),
    )


def by_level(results: Sequence[ProblemResult], problems: Sequence[Problem]) -> dict[int, Total]:
    """Return the total of each level that occurs, in order."""
    return {
        level: total(
            [result for result in results if result.problem.level == level],
            [problem for problem in problems if problem.level == level],
        )
        for level in sorted({problem.level for problem in problems})
    }
