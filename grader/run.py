"""What ``grader run`` and ``grader hint`` do: grade, and show what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typer

from grader.command import Commands, nearby
from grader.diagnosis import diagnose
from grader.engine import open_engine
from grader.errors import EngineError, UsageError
from grader.grade import grade
from grader.hints import Hint, HintMemory, Taken, counts
from grader.history import read_history, record
from grader.interviews import refuse_hint
from grader.isolation import Isolation
from grader.outcome import Verdict
from grader.outfile import check_writable, write_whole
from grader.probe import Prober, new_seed
from grader.problem import HINTS_PER_BEHAVIOUR
from grader.progress import tries
from grader.relay import open_relay
from grader.render.card import print_failure, print_title
from grader.render.console import KataConsole, open_console
from grader.render.hint import print_hint
from grader.render.json_scorecard import render_json
from grader.render.looks import looks_like
from grader.render.scorecard import TextScorecard
from grader.score import ProblemResult
from grader.solutions import NAMED, find_solutions, left_out
from grader.text import counted
from grader.workspace import Workspace

SOLVED, UNSOLVED, GRADER_FAILED, INTERRUPTED = 0, 1, 3, 130


def run_scorecard(
    workspace: Workspace,
    numbers: Sequence[str],
    choice: str,
    *,
    jobs: int,
    seed: int,
    isolation: Isolation,
    as_json: bool,
    html: Path | None,
    no_color: bool,
) -> int:
    """Grade and show the scorecard, and write it as a page to ``html``; return the exit code."""
    if html is not None:
        check_writable(html)
    problems = workspace.problems(numbers)
    paths = find_solutions(choice, workspace, problems)
    ignored = left_out(choice, workspace, paths.values(), workspace.solution_names())
    console = open_console(no_color=no_color)
    # Whoever grades the solutions of others took no hints for them.
    is_own = choice == NAMED[0]
    hints = _hints_taken(workspace) if is_own else None
    results: list[ProblemResult] = []
    interrupted = False
    scorecard = TextScorecard(console, Commands.here(choice), hints or {})
    with open_relay(workspace, problems, isolation, seed) as relay:
        try:
            with _saying(console, f"Grading {counted(len(problems), 'problem')} …", not as_json):
                for result in relay.grade(paths, jobs=jobs):
                    results.append(result)
                    if not as_json:
                        scorecard.add(result)
        except KeyboardInterrupt:
            interrupted = True
        walls = relay.isolation
        asked = seed if relay.has_asked else None
    if as_json:
        text = render_json(
            results,
            problems,
            solutions=choice,
            isolation=walls,
            seed=asked,
            ignored=ignored,
            interrupted=interrupted,
            hints=counts(hints) if hints is not None else None,
        )
        console.print(text, soft_wrap=True)
    else:
        scorecard.finish(
            results,
            problems,
            isolation=walls,
            seed=asked,
            ignored=ignored,
            interrupted=interrupted,
        )
    if is_own and (trouble := record(workspace, results, "grader")):
        typer.echo(f"grader: {trouble}", err=True)
    if html is not None:
        from grader.render.html_scorecard import render_html

        page = render_html(
            results,
            problems,
            solutions=choice,
            isolation=walls,
            seed=asked,
            ignored=ignored,
            when=datetime.now().astimezone(),
            diagnoses=_diagnoses(results),
            history=_points_so_far(workspace) if is_own else {},
            hints=counts(hints) if hints is not None else {},
        )
        write_whole(html, page)
        typer.echo(f"Written: {nearby(html)}", err=True)
    return INTERRUPTED if interrupted else exit_code(results)


def _saying(console: KataConsole, words: str, is_wanted: bool) -> AbstractContextManager[object]:
    """Say in a terminal what is going on, below what is printed meanwhile."""
    return console.status(words, spinner="line") if is_wanted else contextlib.nullcontext()


def _diagnoses(results: Sequence[ProblemResult]) -> dict[str, str]:
    """Return what each solution looks like, in words, by number."""
    return {
        result.problem.number: " ".join(f"{label} {text}" for label, text in lines).strip()
        for result in results
        if (lines := list(looks_like(diagnose(result))))
    }


def _points_so_far(workspace: Workspace) -> dict[str, list[tuple[datetime, int]]]:
    """Return the points of each try, oldest first, by number; none from a damaged history."""
    points: dict[str, list[tuple[datetime, int]]] = {}
    # What is wrong with it was said when this grading was written down.
    with contextlib.suppress(UsageError):
        for grading in tries(read_history(workspace)):
            points.setdefault(grading.problem, []).append((grading.at, grading.points))
    return points


def _hints_taken(workspace: Workspace) -> Taken:
    """Return how many hints were taken; a memory that is damaged stops no grading."""
    try:
        return HintMemory(workspace.state).all()
    except UsageError as error:
        typer.echo(f"grader: {error}", err=True)
        return {}


def exit_code(results: Sequence[ProblemResult]) -> int:
    """Return 0 where all are solved, 1 where not, 3 where the grader itself failed."""
    verdicts = {result.verdict for result in results}
    if Verdict.GRADER_ERROR in verdicts:
        return GRADER_FAILED
    return SOLVED if verdicts == {Verdict.SOLVED} else UNSOLVED


def grade_now(
    workspace: Workspace, number: str, choice: str, isolation: Isolation
) -> ProblemResult:
    """Grade one problem and return its result; raise EngineError where the grader failed."""
    problems = workspace.problems([number])
    paths = find_solutions(choice, workspace, problems)
    with open_engine(workspace.root, problems, isolation) as engine:
        prober = Prober(engine, workspace.reference, [new_seed()])
        [result] = grade(engine, problems, paths, prober, jobs=1)
    if result.verdict is Verdict.GRADER_ERROR:
        raise EngineError(result.message)
    return result


def give_hint(
    workspace: Workspace,
    number: str,
    choice: str,
    *,
    level: int | None,
    isolation: Isolation,
    no_color: bool,
) -> int:
    """Show the next hint for the first behaviour that fails, and remember it."""
    [problem] = workspace.problems([number])
    refuse_hint(workspace, problem.number, datetime.now(UTC))
    result = grade_now(workspace, number, choice, isolation)
    console = open_console(no_color=no_color)
    commands = Commands.here(choice)
    print_title(console, result)
    if result.verdict is Verdict.BROKEN:
        print_failure(console, result, commands)
        return SOLVED
    hint = take_hint(workspace, result, level=level)
    if hint is None:
        console.print("  Solved: there is nothing left to hint at.", style="good")
        return SOLVED
    print_hint(console, hint, commands)
    if hint.trouble:
        typer.echo(f"grader: {hint.trouble}", err=True)
    return SOLVED


def take_hint(
    workspace: Workspace, result: ProblemResult, *, level: int | None = None
) -> Hint | None:
    """Return the next hint, or that of ``level``, for what fails first, and remember it.

    None where nothing fails. Raises UsageError in an interview, or where the memory is damaged.
    """
    number = result.problem.number
    refuse_hint(workspace, number, datetime.now(UTC))
    if result.first_failing is None:
        return None
    behaviour = result.first_failing.behaviour
    memory = HintMemory(workspace.state)
    is_again = level is None and memory.taken(number, behaviour.id) >= HINTS_PER_BEHAVIOUR
    level = level or memory.next_level(number, behaviour.id)
    text = behaviour.hints[level - 1]
    hint = Hint(number, behaviour.id, behaviour.title, level, text, is_again)
    try:
        memory.remember(number, behaviour.id, level)
    except OSError as error:
        return replace(hint, trouble=f"this hint is not remembered: {error}")
    return hint
