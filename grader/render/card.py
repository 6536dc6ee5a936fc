"""One problem's card: its behaviours, what went wrong first, and what to type next."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.text import Text

from grader.command import Commands, nearby
from grader.outcome import Outcome, TestReport, Verdict
from grader.problem import HINTS_PER_BEHAVIOUR
from grader.render.console import KataConsole, Signs, open_console
from grader.score import BehaviourResult, ProblemResult
from grader.text import shorten

_LABELLED = re.compile(r"([A-Z][a-z]+) {2,}(\S.*)")
_WORDS = {
    Outcome.TIMEOUT: "Time-out",
    Outcome.CRASHED: "Crash",
}
LABEL_WIDTH = 11
# How much is shown of what a solution printed.
OUTPUT_LINES, OUTPUT_WIDTH = 4, 200


def print_cards(results: Iterable[ProblemResult], choice: str) -> None:
    """Print a full card for each result, on standard output."""
    console = open_console()
    for result in results:
        print_card(console, result, Commands.here(choice))


def print_card(console: KataConsole, result: ProblemResult, commands: Commands) -> None:
    """Print every behaviour, the first failure, and the points."""
    signs = console.signs
    console.print()
    print_title(console, result)
    if result.verdict is not Verdict.BROKEN:
        _print_behaviours(console, result)
    print_failure(console, result, commands)
    if result.is_complete:
        console.print(
            f"  {result.passed}/{len(result.behaviours)} behaviours {signs.dot} "
            f"{result.points}/{result.problem.points} points",
            style="strong",
        )


def _print_behaviours(console: KataConsole, result: ProblemResult) -> None:
    """Print a line for each behaviour that was tried."""
    signs = console.signs
    if result.failing_example is not None:
        text, style = sign(result.failing_example.outcome, signs)
        console.print(Text.assemble("  ", (text, style), " The examples of the statement"))
    tried = [b for b in result.behaviours if b.outcome is not Outcome.NOT_RUN]
    for behaviour in tried:
        console.print(_behaviour_line(behaviour, signs), soft_wrap=True)
    if left := len(result.behaviours) - len(tried):
        console.print(f"  {signs.not_run} {left} not run, or not all of their tests", style="quiet")


def print_title(console: KataConsole, result: ProblemResult) -> None:
    """Print the problem's name, and the solution's at the right edge if both fit."""
    title = f"{result.problem.number} {console.signs.dot} {result.problem.title}"
    path = nearby(result.path)
    gap = console.width - len(title) - len(path)
    if gap < 2:
        console.print(title, style="strong")
        console.print(f"  {path}", style="quiet", soft_wrap=True)
    else:
        console.print(Text.assemble((title, "strong"), " " * gap, (path, "quiet")))


def print_failure(
    console: KataConsole, result: ProblemResult, commands: Commands, *, hint: bool = False
) -> None:
    """Print what went wrong first, where, and the next step; only that for a solved problem."""
    if result.verdict is Verdict.SOLVED:
        _print_next(console, result, commands)
        return
    failing = result.first_failing
    if failing is None or result.message:
        _print_labelled(console, _trouble(result))
    else:
        report = result.failing_example or failing.report
        if report.outcome is Outcome.NOT_RUN and not hint:
            return
        if hint:
            console.print(_behaviour_line(failing, console.signs), soft_wrap=True)
        _print_labelled(console, _failure(report))
        _print_labelled(console, _output(report.printed))
        if hint:
            label = f"Hint 1/{HINTS_PER_BEHAVIOUR}"
            _print_labelled(console, [(label, failing.behaviour.hints[0])])
    _print_next(console, result, commands)


def _print_next(console: KataConsole, result: ProblemResult, commands: Commands) -> None:
    for label, command in _next_steps(result, commands):
        # Not wrapped: a command is there to be copied.
        line = Text.assemble((f"    {label:<{LABEL_WIDTH}}", "label"), (command, "strong"))
        console.print(line, soft_wrap=True)


def _print_labelled(console: KataConsole, lines: Iterable[tuple[str, str]]) -> None:
    """Print texts in one column, each behind its label."""
    indent = " " * (4 + LABEL_WIDTH)
    for label, text in lines:
        wrapped = textwrap.wrap(
            text, console.width - len(indent), drop_whitespace=False, break_on_hyphens=False
        )
        for index, part in enumerate(wrapped or [""]):
            head = f"    {label:<{LABEL_WIDTH}}" if index == 0 else indent
            console.print(Text.assemble((head, "label"), part.rstrip()), soft_wrap=True)


def sign(outcome: Outcome, signs: Signs) -> tuple[str, str]:
    """Return an outcome's sign and its style."""
    if outcome is Outcome.PASSED:
        return signs.passed, "good"
    if outcome is Outcome.TODO:
        return signs.todo, "waiting"
    if outcome is Outcome.NOT_RUN:
        return signs.not_run, "quiet"
    return signs.failed, "bad"


def _behaviour_line(result: BehaviourResult, signs: Signs) -> Text:
    text, style = sign(result.outcome, signs)
    return Text.assemble("  ", (text, style), f" {result.behaviour.title}")


def _trouble(result: ProblemResult) -> Iterator[tuple[str, str]]:
    """Yield what keeps a solution from being judged at all."""
    word = {Verdict.BROKEN: "Broken", Verdict.GRADER_ERROR: "Grader"}.get(result.verdict, "")
    yield from _lines(result.message, word, result.where)


def _failure(report: TestReport) -> Iterator[tuple[str, str]]:
    """Yield what was called, what came of it, what was expected, and where."""
    if report.outcome not in (Outcome.TODO, Outcome.NOT_RUN):
        yield from _lines(report.message, _WORDS.get(report.outcome, ""), report.where)


def _output(output: str) -> Iterator[tuple[str, str]]:
    """Yield the beginning of what the solution printed, labelled as its own words."""
    lines = output.rstrip().splitlines()
    for index, line in enumerate(lines[:OUTPUT_LINES]):
        yield "Printed" if index == 0 else "", shorten(line, OUTPUT_WIDTH)
    if len(lines) > OUTPUT_LINES:
        yield "", f"… {len(lines) - OUTPUT_LINES} lines more"


def _lines(message: str, word: str, where: str | None) -> Iterator[tuple[str, str]]:
    """Yield label and text of each line; ``word`` is the label of the first without one."""
    for line in message.splitlines():
        match = _LABELLED.fullmatch(line)
        yield (match[1], match[2]) if match else (word, line)
        word = word if match else ""
    if where:
        yield "Where", nearby_place(where)


def nearby_place(place: str) -> str:
    """Return ``file:line`` as seen from the current folder."""
    file, _, line = place.rpartition(":")
    return f"{nearby(Path(file))}:{line}"


def _next_steps(result: ProblemResult, commands: Commands) -> Iterator[tuple[str, str]]:
    number = result.problem.number
    if result.verdict is Verdict.TODO:
        yield "Next", commands.show(number)
        yield "Then", f"write {nearby(result.path)}"
    elif result.verdict is Verdict.BROKEN:
        yield "Next", commands.pytest(f"problems/{number}")
    elif result.verdict is Verdict.SOLVED:
        yield "Next", commands.grader("debrief", number)
    elif result.verdict is Verdict.PARTIAL:
        yield "Next", commands.grader("hint", number)
        yield "In full", commands.pytest(f"problems/{number}", "-v")
