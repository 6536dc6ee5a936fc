"""What ``grader prove`` prints: which wrong solution breaks which behaviour, and the faults."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from grader.errors import Fault
from grader.problem import Problem
from grader.prove.claims import broken_behaviours
from grader.prove.trials import Role, Subject
from grader.render.console import KataConsole

CELL = 3


def print_proof(
    console: KataConsole, problem: Problem, subjects: Sequence[Subject], faults: Sequence[Fault]
) -> None:
    """Print one problem's matrix, a row per wrong solution, and what does not hold."""
    signs = console.signs
    console.print(f"\n{problem.number} {signs.dot} {problem.title}", style="strong")
    wrong = [subject for subject in subjects if subject.role is Role.WRONG]
    width = max((len(subject.path.stem) for subject in wrong), default=0)
    numbers = "".join(f"{n:>{CELL}}" for n in range(1, len(problem.behaviours) + 1))
    console.print(f"  {'':<{width}}{numbers}", style="quiet", soft_wrap=True)
    for subject in wrong:
        console.print(_row(console, problem, subject, width), soft_wrap=True)
    console.print(f"  {_summary(problem, subjects)}", style="quiet", soft_wrap=True)
    _print_faults(console, faults)


def _print_faults(console: KataConsole, faults: Sequence[Fault]) -> None:
    for fault in faults:
        line = Text.assemble((f"  {console.signs.failed} ", "bad"), str(fault))
        console.print(line, soft_wrap=True)


def _row(console: KataConsole, problem: Problem, subject: Subject, width: int) -> Text:
    broken = broken_behaviours(subject, subject.runs[0])
    row = Text(f"  {subject.path.stem:<{width}}")
    for behaviour in problem.behaviours:
        is_broken = behaviour.id in broken
        is_declared = subject.wrong is not None and behaviour.id in subject.wrong.breaks
        cell = console.signs.failed if is_broken else console.signs.todo
        style = ("good" if is_broken else "quiet") if is_broken == is_declared else "bad"
        row.append(f"{'' if is_broken == is_declared else '!'}{cell}".rjust(CELL), style)
    return row


def _summary(problem: Problem, subjects: Sequence[Subject]) -> str:
    parts = [f"{len(problem.behaviours)} behaviours, {problem.points} points"]
    for subject in subjects:
        if subject.role is Role.REFERENCE:
            cpu = min(run.trial.cpu_seconds for run in subject.runs)
            parts.insert(0, f"{len(subject.cases)} tests in {cpu:.2f} s of CPU time")
    return "; ".join(parts)


def print_closing_line(
    console: KataConsole,
    proved: Sequence[Sequence[Subject]],
    faults: Sequence[Fault],
    *,
    repeat: int,
) -> None:
    """Print the one line that says whether everything holds.

    The faults of several problems come once more before it: matrices may have scrolled them away.
    """
    console.print()
    if faults:
        if len(proved) > 1:
            _print_faults(console, faults)
        noun = "fault" if len(faults) == 1 else "faults"
        console.print(f"Does not hold: {len(faults)} {noun}.", style="bad")
        return
    roles = [subject.role for subjects in proved for subject in subjects]
    console.print(
        f"Everything holds: {_count(len(proved), 'problem')}, "
        f"{roles.count(Role.WRONG)} wrong solutions rejected, "
        f"{roles.count(Role.RIGHT)} right ones accepted, {_count(repeat, 'run')} each.",
        style="good",
        soft_wrap=True,
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
