"""From how tests ended to behaviours, points and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.case import TestCase, Trial
from grader.errors import SolutionError
from grader.intake import modules
from grader.outcome import Outcome, TestReport, Verdict
from grader.problem import Behaviour, Problem
from grader.solution import read_source

TAMPERED = (
    "Two claims passed that contradict each other: something makes tests pass that should fail.\n"
    "Nothing counts until it is gone."
)
_NOT_COUNTED = TestReport(Outcome.NOT_RUN, "Not counted")
_NO_TEST = TestReport(Outcome.NOT_RUN, "No test of it was run")
_UNTRIED = (Outcome.NOT_RUN, Outcome.TODO)


@dataclass(frozen=True, slots=True)
class BehaviourResult:
    """How one behaviour stands: the report of its first test that did not pass, if any."""

    behaviour: Behaviour
    report: TestReport

    @property
    def outcome(self) -> Outcome:
        return self.report.outcome

    @property
    def points(self) -> int:
        return self.behaviour.points if self.outcome is Outcome.PASSED else 0


@dataclass(frozen=True, slots=True)
class ProblemResult:
    """How one solution stands against one problem; ``message`` says what no behaviour does.

    ``tried`` and ``failed`` have the ids of hidden tests: those that ran, and those that did not
    pass.
    """

    problem: Problem
    path: Path
    verdict: Verdict
    behaviours: tuple[BehaviourResult, ...]
    message: str = ""
    where: str | None = None
    output: str = ""
    seconds: float = 0.0
    failing_example: TestReport | None = None
    tried: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()

    @property
    def points(self) -> int:
        return sum(result.points for result in self.behaviours)

    @property
    def passed_ids(self) -> frozenset[str]:
        """The ids of the behaviours that give their points."""
        return frozenset(b.behaviour.id for b in self.behaviours if b.outcome is Outcome.PASSED)

    @property
    def passed(self) -> int:
        return len(self.passed_ids)

    @property
    def is_complete(self) -> bool:
        """Tell whether each behaviour has been tried."""
        return all(result.outcome is not Outcome.NOT_RUN for result in self.behaviours)

    @property
    def first_failing(self) -> BehaviourResult | None:
        """The first behaviour that was tried and did not pass; else one that was not tried."""
        failing = [result for result in self.behaviours if result.outcome is not Outcome.PASSED]
        tried = [result for result in failing if result.outcome is not Outcome.NOT_RUN]
        return next(iter(tried or failing), None)


def score(
    problem: Problem,
    path: Path,
    cases: Sequence[TestCase],
    trial: Trial,
    disagreements: Mapping[str, TestReport] | None = None,
) -> ProblemResult:
    """Return how the solution at ``path`` stands after a trial.

    ``disagreements`` has, by behaviour, where its answers to a probe differ from the reference's:
    each takes away that behaviour.
    """
    behaviours = []
    for behaviour in problem.behaviours:
        report = _worst(behaviour.id, cases, trial.reports)
        if trial.is_tampered or (trial.failure is not None and report.outcome.is_pass):
            report = _NOT_COUNTED
        if report.outcome.is_pass and disagreements:
            report = disagreements.get(behaviour.id, report)
        behaviours.append(BehaviourResult(behaviour, report))
    verdict, message, where = _verdict(problem, path, behaviours, trial)
    hidden = {case.id: trial.reports.get(case.id, _NO_TEST) for case in cases if case.is_hidden}
    tried = {test: report for test, report in hidden.items() if report.outcome not in _UNTRIED}
    examples = [
        trial.reports[case.id] for case in cases if not case.is_hidden and case.id in trial.reports
    ]
    return ProblemResult(
        problem,
        path,
        verdict,
        tuple(behaviours),
        message,
        where,
        trial.output,
        trial.seconds,
        _first_failing(examples),
        frozenset(tried),
        frozenset(test for test, report in tried.items() if not report.outcome.is_pass),
    )


def not_handed_in(problem: Problem, path: Path) -> ProblemResult:
    """Return the result of a problem for which there is no solution at all."""
    report = TestReport(Outcome.NOT_RUN, "There is no solution")
    behaviours = tuple(BehaviourResult(behaviour, report) for behaviour in problem.behaviours)
    return ProblemResult(problem, path, Verdict.TODO, behaviours, f"There is no {path.name}")


def _worst(
    behaviour: str, cases: Sequence[TestCase], reports: Mapping[str, TestReport]
) -> TestReport:
    """Return the report that decides a behaviour: of its first test that fails, else a pass."""
    found = [
        reports.get(case.id, _NO_TEST)
        for case in cases
        if case.is_hidden and behaviour in case.behaviours
    ]
    return _first_failing(found) or next(iter(found), _NO_TEST)


def _first_failing(reports: Sequence[TestReport]) -> TestReport | None:
    """Return the first report that is no pass, one of a test that ran before any other."""
    failing = [report for report in reports if not report.outcome.is_pass]
    tried = [report for report in failing if report.outcome is not Outcome.NOT_RUN]
    return next(iter(tried or failing), None)


def _verdict(
    problem: Problem, path: Path, behaviours: Sequence[BehaviourResult], trial: Trial
) -> tuple[Verdict, str, str | None]:
    if trial.failure is not None:
        return Verdict.GRADER_ERROR, trial.failure, None
    if trial.is_tampered:
        return Verdict.TAMPERED, TAMPERED, None
    if trial.broken is not None:
        return Verdict.BROKEN, trial.broken.message, trial.broken.where
    outcomes = {result.outcome for result in behaviours}
    if outcomes == {Outcome.PASSED}:
        return Verdict.SOLVED, "", None
    if outcomes == {Outcome.TODO} or is_untouched(path, problem.stub):
        return Verdict.TODO, "", None
    return Verdict.PARTIAL, "", None


def is_untouched(path: Path, stub: Path) -> bool:
    """Tell whether a solution is still the pristine stub, but for line ends and trailing blanks."""
    try:
        return _texts(path) == _texts(stub)
    except (OSError, SolutionError):
        return False


def _texts(path: Path) -> dict[str, list[str]]:
    files = modules(path) if path.is_dir() else [path]
    return {
        file.relative_to(path).as_posix(): [
            # Not read_text: while it ran, the solution may have put a pipe there.
            line.rstrip()
            for line in read_source(file).rstrip().splitlines()
        ]
        for file in files
    }
