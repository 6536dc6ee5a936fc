"""Probes: what a solution answers when it is asked without tests, beside the reference's answers.

A solution that deceives its tests, or knows that it is being tested, shows it here: the steps are
random, its process has no test in memory, and the answers are compared in this one.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.answers import Answer, canonical, in_words
from grader.case import Trial
from grader.engine import Engine, Job, Questions, run_job
from grader.errors import EngineError
from grader.outcome import Outcome, TestReport
from grader.problem import Limits, Problem
from grader.testkit.calls import lines


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """A probe's steps for some seeds and the reference's answers, both by behaviour and seed."""

    script: dict[str, list[list[Any]]]
    answers: Mapping[str, list[list[Answer]]]


def new_seed() -> int:
    """Return a seed that nobody can foresee."""
    return secrets.randbelow(10**9)


class Prober:
    """Asks solutions what the probes ask, and the reference first; safe to share by threads."""

    def __init__(self, engine: Engine, reference: Path, seeds: Sequence[int]) -> None:
        """Take the references from a folder; each of ``seeds`` makes other steps."""
        self._engine = engine
        self._reference = reference
        self._seeds = tuple(seeds)
        self._keys: dict[str, AnswerKey] = {}
        self._locks: dict[str, threading.Lock] = {}

    @property
    def has_asked(self) -> bool:
        """Tell whether a solution has been asked anything."""
        return bool(self._keys)

    def asks_about(self, problem: Problem) -> tuple[str, ...]:
        """Return the behaviours that the problem's probe asks about; none without a reference."""
        if not (self._reference / problem.solution_name).exists():
            return ()
        return self._engine.probes().get(problem.number, ())

    def disagreements(
        self, problem: Problem, path: Path, behaviours: Sequence[str]
    ) -> dict[str, TestReport]:
        """Return, by behaviour, where a solution first answers otherwise than the reference.

        Raises EngineError where no comparison is possible.
        """
        rounds = self.compare(problem, path, behaviours)
        firsts = {name: next(filter(None, found), None) for name, found in rounds.items()}
        return {name: report for name, report in firsts.items() if report is not None}

    def compare(
        self, problem: Problem, path: Path, behaviours: Sequence[str]
    ) -> dict[str, list[TestReport | None]]:
        """Return, by behaviour and for each seed, where the answers first differ, if they do.

        Raises EngineError where no comparison is possible.
        """
        key = self._key(problem)
        trial = self._ask(problem, path, behaviours, Questions(script=key.script))
        return {name: _compare(key, trial, name) for name in behaviours}

    def _key(self, problem: Problem) -> AnswerKey:
        with self._locks.setdefault(problem.number, threading.Lock()):
            if problem.number not in self._keys:
                self._keys[problem.number] = self._ask_reference(problem)
            return self._keys[problem.number]

    def _ask_reference(self, problem: Problem) -> AnswerKey:
        behaviours = self.asks_about(problem)
        path = self._reference / problem.solution_name
        trial = self._ask(problem, path, behaviours, Questions(self._seeds))
        for name in behaviours:
            report = trial.reports[name]
            if not report.outcome.is_pass or name not in trial.answers:
                raise EngineError(
                    f"The reference of {problem.number} does not answer what the probe asks about "
                    f"`{name}`: {report.message or report.outcome}"
                )
        return AnswerKey(
            {name: trial.answers[name][0] for name in behaviours},
            {name: trial.answers[name][1] for name in behaviours},
        )

    def _ask(
        self, problem: Problem, path: Path, behaviours: Sequence[str], questions: Questions
    ) -> Trial:
        job = Job(
            problem.number,
            problem.slug,
            path,
            tuple(behaviours),
            _for_rounds(problem.limits, len(self._seeds)),
            base=problem.base_of(path),
            questions=questions,
        )
        trial = run_job(self._engine, job)
        if trial.failure is not None:
            raise EngineError(trial.failure)
        return trial


def _for_rounds(limits: Limits, rounds: int) -> Limits:
    """Return the limits for several rounds of questions about the same behaviours."""
    return Limits(limits.test_seconds * max(1, rounds), limits.problem_seconds * max(1, rounds))


def _compare(key: AnswerKey, trial: Trial, behaviour: str) -> list[TestReport | None]:
    """Return, for each seed, where the answers about one behaviour first differ, if they do."""
    script, wanted = key.script[behaviour], key.answers[behaviour]
    report = trial.broken or trial.reports[behaviour]
    if not report.outcome.is_pass:
        text = lines(
            Asked="questions, in a process without tests",
            Answered=f"nothing: {report.message or report.outcome}",
        )
        return [TestReport(report.outcome, text, report.where)] * len(script)
    found = trial.answers[behaviour][1] if behaviour in trial.answers else []
    found += [[]] * (len(script) - len(found))
    return [
        _first_difference(*answers)
        for answers in zip(script, wanted, found[: len(script)], strict=True)
    ]


def _agree(expected: Answer, answer: Answer) -> bool:
    try:
        return canonical(expected) == canonical(answer)
    except (ValueError, RecursionError):
        # Sent by a hostile process: nested deeper than any answer.
        return False


def _first_difference(
    steps: Sequence[Any], wanted: Sequence[Answer], found: Sequence[Answer]
) -> TestReport | None:
    missing = [{"raised": "No answer, or an error"}] * (len(steps) - len(found))
    for step, expected, answer in zip(steps, wanted, [*found, *missing], strict=False):
        if not _agree(expected, answer):
            text = lines(
                Asked=step["asked"], Answered=in_words(answer), Expected=in_words(expected)
            )
            return TestReport(Outcome.FAILED, text)
    return None
