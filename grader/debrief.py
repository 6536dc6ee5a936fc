"""What ``grader debrief`` and ``grader diff`` do: show what gives a problem away, after a pass."""

from __future__ import annotations

from pathlib import Path

from grader.command import Commands, nearby
from grader.difference import Sources, difference, sources
from grader.errors import SolutionError, UsageError
from grader.isolation import Isolation
from grader.outcome import Verdict
from grader.render.catalogue import print_page
from grader.render.console import KataConsole, open_console
from grader.render.difference import print_difference
from grader.run import SOLVED, UNSOLVED, grade_now
from grader.solutions import find_solutions
from grader.workspace import Workspace


def give_debrief(
    workspace: Workspace,
    number: str,
    choice: str,
    *,
    anyway: bool,
    isolation: Isolation,
    no_color: bool,
) -> int:
    """Show the debrief of a problem that is solved, or ``anyway``; return the exit code."""
    [problem] = workspace.problems([number])
    console = open_console(no_color=no_color)
    if not anyway and not _is_solved(workspace, problem.number, choice, isolation):
        return _refuse(console, "debrief", "gives the ideas away", problem.number, choice)
    print_page(console, problem.debrief)
    if (workspace.reference / problem.solution_name).exists():
        command = Commands.here(choice).grader("diff", problem.number)
        console.print(f"\nHow the reference does it: {command}", style="quiet", soft_wrap=True)
    return SOLVED


def give_diff(
    workspace: Workspace,
    number: str,
    choice: str,
    *,
    anyway: bool,
    isolation: Isolation,
    no_color: bool,
) -> int:
    """Show what turns a solution that passes, or ``anyway``, into the reference."""
    [problem] = workspace.problems([number])
    path = find_solutions(choice, workspace, [problem])[problem.number]
    reference = workspace.reference / problem.solution_name
    if not reference.exists():
        raise UsageError(
            f"{nearby(reference)}: there is no reference solution to compare with.\n"
            "Put it there, or ask whoever gave you this copy of the kata."
        )
    console = open_console(no_color=no_color)
    if not anyway and not _is_solved(workspace, problem.number, choice, isolation):
        return _refuse(console, "diff", "shows the reference", problem.number, choice)
    old, new = _read(path, problem.base_of(path)), _read(reference)
    lines = list(difference(old, new, nearby(path), nearby(reference)))
    print_difference(console, lines or ["No difference: this is the reference, line by line."])
    return SOLVED


def _read(path: Path, base: Path | None = None) -> Sources:
    try:
        return sources(path, base)
    except SolutionError as error:
        what = f"{nearby(path.parent)}: {error.message}."
        raise UsageError(f"{what}\nMend it, or name another one with --solutions.") from error


def _is_solved(workspace: Workspace, number: str, choice: str, isolation: Isolation) -> bool:
    return grade_now(workspace, number, choice, isolation).verdict is Verdict.SOLVED


def _refuse(console: KataConsole, command: str, gives: str, number: str, choice: str) -> int:
    anyway = Commands.here(choice).grader(command, number, "--anyway")
    console.print(f"Not solved yet, and this {gives}. All the same: {anyway}", soft_wrap=True)
    return UNSOLVED
