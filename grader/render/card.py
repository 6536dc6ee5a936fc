"""One problem's card: its behaviours, what went wrong first, and what to type next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.text import Text

from grader.advice import advise
from grader.command import Commands, nearby
from grader.diagnosis import diagnose
from grader.labels import split_labels
from grader.outcome import Outcome, TestReport, Verdict
from grader.place import code_at
from grader.problem import HINTS_PER_BEHAVIOUR, Behaviour
from grader.render.behaviours import print_behaviours, print_row
from grader.render.console import KataConsole, open_console
from grader.render.looks import looks_like
from grader.score import ProblemResult
from grader.text import shorten

_WORDS = {
    Outcome.TIMEOUT: "Time-out",
    Outcome.CRASHED: "Crash",
    Outcome.TODO: "To do",
}
LABEL_WIDTH = 11
BAR_WIDTH = 20
# How much is shown of a line of the solution, and of a value or an error's text.
CODE_WIDTH, TEXT_WIDTH = 60, 260
# How much is shown of what a solution printed.
OUTPUT_LINES, OUTPUT_WIDTH = 4, 200


def print_cards(results: Iterable[ProblemResult], choice: str) -> None:
    """Print a full card for each result, on standard output, and what parts it from the rest."""
    is_any = False
    console = open_console()
    for result in results:
        print_card(console, result, Commands.here(choice), is_final=False)
        is_any = True
    if is_any:
        console.print()


def print_card(
    console: KataConsole,
    result: ProblemResult,
    commands: Commands | None,
    *,
    is_final: bool = True,
) -> None:
    """Print how the behaviours stand, the first failure, and the points.

    Without ``commands`` there is no next step: whoever shows the card offers them otherwise.
    What is solved is not final where no probe asked: tests can be met by chance, and probes ask
    what nobody can foresee.
    """
    console.print()
    print_title(console, result)
    if result.verdict is not Verdict.BROKEN:
        print_behaviours(console, result)
    if commands and result.verdict is Verdict.SOLVED and not is_final:
        _print_step(console, "Next", commands.grader(result.problem.number), "has the last word")
    else:
        print_failure(console, result, commands)
    if result.is_complete:
        _print_bar(console, result)


def _print_bar(console: KataConsole, result: ProblemResult) -> None:
    """Print what share of the points there is, as a bar and in numbers."""
    signs = console.signs
    full = BAR_WIDTH * result.points // result.problem.points
    bar = (signs.full * full, "good"), (signs.empty * (BAR_WIDTH - full), "quiet")
    figures = (
        f"{result.passed}/{len(result.behaviours)} behaviours {signs.dot} "
        f"{result.points}/{result.problem.points} points"
    )
    console.print(Text.assemble("  ", *bar, "  ", (figures, "strong")))


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
    console: KataConsole,
    result: ProblemResult,
    commands: Commands | None,
    *,
    hint: bool = False,
    taken: int = 0,
) -> None:
    """Print what went wrong first, where, and the next step; only that for a solved problem.

    With ``hint``, also which behaviour it was, and the last of its hints that were ``taken``.
    """
    if result.verdict is Verdict.SOLVED:
        _print_next(console, result, commands)
        return
    failing = result.first_failing
    if failing is None or result.message:
        _print_labelled(console, _trouble(result))
    else:
        # The example only where no behaviour was tried: a hint speaks of the behaviour too.
        report = failing.report
        if report.outcome is Outcome.NOT_RUN and not hint:
            report = result.failing_example or report
        if report.outcome is Outcome.NOT_RUN and not hint:
            return
        if hint:
            print_row(console, failing.outcome, failing.behaviour.title)
        elif report is failing.report and result.verdict is not Verdict.TODO:
            _print_labelled(console, [("Behaviour", failing.behaviour.title)])
        _print_labelled(console, _failure(report, result))
        _print_labelled(console, _hint(failing.behaviour, taken))
    _print_next(console, result, commands, has_hints=taken < HINTS_PER_BEHAVIOUR)


def _hint(behaviour: Behaviour, taken: int) -> Iterator[tuple[str, str]]:
    """Yield the last hint that was taken, and that it was the last one, if it was."""
    if level := min(taken, HINTS_PER_BEHAVIOUR):
        yield f"Hint {level}/{HINTS_PER_BEHAVIOUR}", behaviour.hints[level - 1]
    if level == HINTS_PER_BEHAVIOUR:
        yield "", "(All three hints are taken.)"


def _print_next(
    console: KataConsole,
    result: ProblemResult,
    commands: Commands | None,
    *,
    has_hints: bool = True,
) -> None:
    if commands is None:
        return
    for label, command in _next_steps(result, commands, has_hints=has_hints):
        _print_step(console, label, command)


def _print_step(console: KataConsole, label: str, command: str, why: str = "") -> None:
    """Print what to type; never wrapped, because it is there to be copied."""
    reason = f"   {why}" if why else ""
    line = Text.assemble((f"    {label:<{LABEL_WIDTH}}", "label"), (command, "strong"), reason)
    console.print(line, soft_wrap=True)


def _print_labelled(console: KataConsole, lines: Iterable[tuple[str, str]]) -> None:
    """Print texts in one column, each behind its label."""
    indent = " " * (4 + LABEL_WIDTH)
    for label, text in lines:
        # Code keeps its indentation.
        lead = text[: len(text) - len(text.lstrip())]
        wrapped = textwrap.wrap(
            text, console.width - len(indent), subsequent_indent=lead, break_on_hyphens=False
        )
        for index, part in enumerate(wrapped or [""]):
            head = f"    {label:<{LABEL_WIDTH}}" if index == 0 else indent
            console.print(Text.assemble((head, "label"), part.rstrip()), soft_wrap=True)


def _trouble(result: ProblemResult) -> Iterator[tuple[str, str]]:
    """Yield what keeps a solution from being judged at all."""
    word = {Verdict.BROKEN: "Broken", Verdict.GRADER_ERROR: "Grader"}.get(result.verdict, "")
    yield from _lines(result.message, word)
    # A syntax error shows its line already, with a caret.
    yield from _place(result.where, result.path, has_code="\n" not in result.message)
    if result.verdict is Verdict.BROKEN:
        yield from _advice(TestReport(Outcome.ERROR, result.message, result.where), result)


def _failure(report: TestReport, result: ProblemResult) -> Iterator[tuple[str, str]]:
    """Yield what was called, what came of it, what was expected, where, and what to make of it.

    Advice comes from what is seen in the file; only without any, from which tests failed.
    """
    if report.outcome is Outcome.NOT_RUN or result.verdict is Verdict.TODO:
        return
    for label, text in _lines(report.message, _WORDS.get(report.outcome, "")):
        yield label, shorten(text, TEXT_WIDTH)
    yield from _place(report.where, result.path, has_code=report.outcome is not Outcome.TODO)
    yield from _output(report.printed)
    yield from tuple(_advice(report, result)) or looks_like(diagnose(result))


def _place(where: str | None, solution: Path, *, has_code: bool) -> Iterator[tuple[str, str]]:
    """Yield where it happened and, unless it is a definition, the code that stands there."""
    if where:
        yield "Where", nearby_place(where)
        if has_code and (line := code_at(where, solution)):
            yield "", shorten(line, CODE_WIDTH)


def _advice(report: TestReport, result: ProblemResult) -> Iterator[tuple[str, str]]:
    if text := advise(report, result.path, result.problem):
        yield "Try", text


def _output(output: str) -> Iterator[tuple[str, str]]:
    """Yield the beginning of what the solution printed, labelled as its own words."""
    lines = output.rstrip().splitlines()
    for index, line in enumerate(lines[:OUTPUT_LINES]):
        yield "Printed" if index == 0 else "", shorten(line, OUTPUT_WIDTH)
    if len(lines) > OUTPUT_LINES:
        yield "", f"… {len(lines) - OUTPUT_LINES} lines more"


def _lines(message: str, word: str) -> Iterator[tuple[str, str]]:
    """Yield label and text of each line; ``word`` is the label of the first without one."""
    for label, text in split_labels(message):
        if not text:
            # A label alone belongs to the line below.
            word = label
            continue
        yield label or word, text
        word = word if label else ""


def nearby_place(place: str) -> str:
    """Return ``file:line`` as seen from the current folder."""
    file, _, line = place.rpartition(":")
    return f"{nearby(Path(file))}:{line}"


def _next_steps(
    result: ProblemResult, commands: Commands, *, has_hints: bool
) -> Iterator[tuple[str, str]]:
    number = result.problem.number
    if result.verdict is Verdict.TODO:
        yield "Next", commands.show(number)
        yield "Then", f"write {nearby(result.path)}"
    elif result.verdict is Verdict.BROKEN:
        yield "Next", commands.pytest(f"problems/{number}")
    elif result.verdict is Verdict.SOLVED:
        yield "Next", commands.grader("debrief", number)
    elif result.verdict is Verdict.PARTIAL:
        if has_hints:
            yield "Next", commands.grader("hint", number)
        else:
            yield "Next", commands.show(number)
            yield "Then", commands.grader("watch", number)
        yield "In full", commands.pytest(f"problems/{number}", "-v")
