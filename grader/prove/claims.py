"""What the runs of a problem's solutions must show, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.case import TestCase
from grader.errors import Fault
from grader.loader import METADATA, short
from grader.outcome import Outcome, TestReport
from grader.problem import Budget, Problem
from grader.prove.pace import slowness
from grader.prove.trials import Role, Run, Subject, failing_tests

Pattern = frozenset[str]


def check_claims(problem: Problem, subjects: Sequence[Subject]) -> Iterator[Fault]:
    """Yield every claim that the runs contradict."""
    for subject in subjects:
        yield from _check_honest(subject)
        yield from _CHECKS[subject.role](subject)
        if subject.role is Role.REFERENCE:
            yield from _check_budget(problem.budget, subject)
    wrong = [subject for subject in subjects if subject.role is Role.WRONG]
    yield from _check_reach(problem, wrong)
    yield from _check_patterns(wrong)


def broken_behaviours(subject: Subject, run: Run) -> frozenset[str]:
    """Return the ids of the behaviours that a run shows broken."""
    return frozenset(name for case in failing_tests(subject, run) for name in case.behaviours)


def _check_honest(subject: Subject) -> Iterator[Fault]:
    for run in subject.runs:
        if run.trial.is_tampered:
            what = f"is called tampered in {run.circumstances}"
            yield Fault(
                short(subject.path), what, "No canary of this problem may pass: mend probe.py"
            )
            return


def _check_stub(subject: Subject) -> Iterator[Fault]:
    [run] = subject.runs
    place = short(subject.path)
    if run.trial.broken:
        yield _not_imported(place, run.trial.broken)
        return
    failing = {case.id for case in failing_tests(subject, run)}
    for case in subject.cases:
        if case.id not in failing:
            what = f"passes `{_name(case)}` untouched"
            yield Fault(place, what, "Make the test ask for something only a solution does")


def _check_right(subject: Subject) -> Iterator[Fault]:
    place = short(subject.path)
    for run in subject.runs:
        if run.trial.broken:
            yield _not_imported(place, run.trial.broken)
            return
        for case in failing_tests(subject, run):
            report = run.trial.reports[case.id]
            what = f"is right but `{_name(case)}` ends as `{report.outcome}` in {run.circumstances}"
            said = one_line(report.message)
            yield Fault(place, f"{what}: {said}", "Mend the test, or the solution")
            return


def _not_imported(place: str, report: TestReport) -> Fault:
    return Fault(place, f"does not import: {one_line(report.message)}", "Mend it")


def _check_budget(budget: Budget, subject: Subject) -> Iterator[Fault]:
    for clock, used, allowed in (
        ("CPU", min(run.trial.cpu_seconds for run in subject.runs), budget.cpu_seconds),
        ("wall", min(run.trial.wall_seconds for run in subject.runs), budget.wall_seconds),
    ):
        if used > allowed and used > allowed * slowness():
            what = f"its tests take {used:.2f} s of {clock} time, with a budget of {allowed:g} s"
            remedy = f"Make the tests faster, or say `why` under [budget] in {METADATA}"
            yield Fault(short(subject.path), what, remedy)


def _check_wrong(subject: Subject) -> Iterator[Fault]:
    assert subject.wrong is not None
    place = short(subject.path)
    run = subject.runs[0]
    if run.trial.broken:
        yield _not_imported(place, run.trial.broken)
        return
    breaks = broken_behaviours(subject, run)
    for name in sorted(subject.wrong.breaks - breaks):
        yield Fault(place, f"passes behaviour `{name}`, which it should break", _LOOSE)
    for name in sorted(breaks - subject.wrong.breaks):
        what = f"breaks behaviour `{name}`, which {METADATA} does not say"
        yield Fault(place, what, "Add it to `breaks`, or make the test ask for one thing only")
    allowed = {Outcome.FAILED, *subject.wrong.ends}
    for case in failing_tests(subject, run):
        outcome = run.trial.reports[case.id].outcome
        if outcome not in allowed:
            what = f"`{_name(case)}` ends as `{outcome}`"
            yield Fault(place, what, _REMEDIES.get(outcome, _PLAUSIBLE))
            break
    yield from _check_steady(subject)


_IDLE = "Write a wrong solution that only it catches, or delete the test"
_LOOSE = "Write a test that catches it, or take the id out of `breaks`"
_PLAUSIBLE = "Make it a whole file that a candidate would hand in"
_REMEDIES = {
    outcome: f'Mend it, or say ends = ["{outcome}"]'
    for outcome in (Outcome.TIMEOUT, Outcome.CRASHED)
}
_CHECKS = {
    Role.STUB: _check_stub,
    Role.REFERENCE: _check_right,
    Role.RIGHT: _check_right,
    Role.WRONG: _check_wrong,
}


def _check_steady(subject: Subject) -> Iterator[Fault]:
    """Yield a test whose outcome differs from one run to another."""
    first, *others = subject.runs
    for run in others:
        for case in subject.cases:
            before, now = (r.trial.reports[case.id].outcome for r in (first, run))
            if now is not before:
                what = f"`{_name(case)}` ended as `{before}` in {first.circumstances}"
                what += f" and as `{now}` in {run.circumstances}"
                yield Fault(short(subject.path), what, "Make the test say the same every time")
                return


def _check_reach(problem: Problem, wrong: Sequence[Subject]) -> Iterator[Fault]:
    """Yield each behaviour that no wrong solution breaks; of the others, tests that reject none."""
    declared = {name for subject in wrong if subject.wrong for name in subject.wrong.breaks}
    caught = {name for subject in wrong for name in pattern(subject)}
    cases = wrong[0].cases if wrong else ()
    for behaviour in problem.behaviours:
        functions = {case.function for case in cases if behaviour.id in case.behaviours}
        if functions and behaviour.id not in declared:
            what = f"no wrong solution breaks behaviour `{behaviour.id}`"
            yield Fault(short(problem.folder / METADATA), what, "Write one")
            continue
        for function in sorted(functions - caught):
            place = short(problem.folder / "test_hidden.py")
            yield Fault(place, f"`{function}` rejects no wrong solution", _IDLE)


def pattern(subject: Subject) -> Pattern:
    """Return the test functions that reject a solution: the fingerprint of its misconception."""
    run = subject.runs[0]
    return frozenset(case.function for case in failing_tests(subject, run))


def _check_patterns(wrong: Sequence[Subject]) -> Iterator[Fault]:
    """Yield pairs of wrong solutions that the tests cannot tell apart."""
    known: dict[Pattern, Subject] = {}
    for subject in wrong:
        twin = known.setdefault(pattern(subject), subject)
        if twin is subject or not pattern(subject):
            continue
        families = {s.wrong.family for s in (twin, subject) if s.wrong}
        if len(families) > 1 or None in families:
            what = f"fails the same tests as {twin.path.name}"
            remedy = "Write a test that tells them apart, or give both one `family`"
            yield Fault(short(subject.path), what, remedy)


def one_line(message: str) -> str:
    """Return a message without its line ends, and without the caret under a syntax error."""
    lines = [" ".join(line.split()) for line in message.splitlines()]
    return " / ".join(line for line in lines if line.strip("^~"))


def _name(case: TestCase) -> str:
    return case.id.rsplit("::", 1)[-1]
