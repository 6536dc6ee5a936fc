"""The scorecard as JSON.

Format 1: ``format``, ``solutions``, ``isolation``, ``probe_seed``, ``ignored``, ``interrupted``;
``points``, ``max``, ``solved``, ``problems_total``; ``levels`` with the same four and ``level``,
``title``; ``problems`` with ``number``, ``slug``, ``title``, ``level``, ``verdict``, ``points``,
``max``, ``hints`` (how many were taken; null where the solutions are not the learner's own),
``seconds``, ``message``, ``where``, ``output``, ``diagnosis`` and ``behaviours``, each of these
with ``id``, ``title``, ``outcome``, ``points``, ``max``, ``message``, ``where``. ``diagnosis`` is
null, or has ``sure`` and ``says``: a sentence for each misconception, all of them where it is
sure, else perhaps one of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from grader.diagnosis import Diagnosis, diagnose
from grader.problem import LEVELS, Problem
from grader.score import ProblemResult
from grader.totals import Total, by_level, total

FORMAT = 1


def render_json(
    results: Sequence[ProblemResult],
    problems: Sequence[Problem],
    *,
    solutions: str,
    isolation: str,
    seed: int | None,
    ignored: Sequence[str],
    interrupted: bool,
    hints: Mapping[str, int] | None = None,
) -> str:
    """Return one learner's results as a JSON text."""
    levels = by_level(results, problems)
    document = {
        "format": FORMAT,
        "solutions": solutions,
        "isolation": isolation,
        "probe_seed": seed,
        "ignored": list(ignored),
        "interrupted": interrupted,
        **_total(total(results, problems)),
        "levels": [
            {"level": level, "title": LEVELS[level], **_total(t)} for level, t in levels.items()
        ],
        "problems": [_problem(result, hints) for result in results],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _total(amount: Total) -> dict[str, int]:
    return {
        "points": amount.points,
        "max": amount.max,
        "solved": amount.solved,
        "problems_total": amount.problems,
    }


def _problem(result: ProblemResult, hints: Mapping[str, int] | None) -> dict[str, Any]:
    problem = result.problem
    return {
        "number": problem.number,
        "slug": problem.slug,
        "title": problem.title,
        "level": problem.level,
        "verdict": result.verdict,
        "points": result.points,
        "max": problem.points,
        "hints": None if hints is None else hints.get(problem.number, 0),
        "seconds": round(result.seconds, 3),
        "message": result.message,
        "where": result.where,
        "output": result.output,
        "diagnosis": _diagnosis(diagnose(result)),
        "behaviours": [
            {
                "id": entry.behaviour.id,
                "title": entry.behaviour.title,
                "outcome": entry.outcome,
                "points": entry.points,
                "max": entry.behaviour.points,
                "message": entry.report.message,
                "where": entry.report.where,
            }
            for entry in result.behaviours
        ],
    }


def _diagnosis(diagnosis: Diagnosis | None) -> dict[str, Any] | None:
    if diagnosis is None:
        return None
    return {"sure": diagnosis.is_sure, "says": list(diagnosis.thinks)}
