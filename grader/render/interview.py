"""What ``grader interview`` shows: the opening, the clock, gradings without hints, the report."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text

from grader.command import Commands, nearby
from grader.interviews import Interview, Part
from grader.outcome import Outcome, Verdict
from grader.problem import Problem
from grader.render.behaviours import sign
from grader.render.card import nearby_place
from grader.render.catalogue import print_page
from grader.render.console import KataConsole
from grader.render.scorecard import TextScorecard
from grader.score import ProblemResult
from grader.text import counted

HELP = (
    ("s NN", "show a statement"),
    ("g", "grade all; g NN one"),
    ("t", "show the time left"),
    ("d", "done: grade, report and leave"),
)


class InterviewPage:
    """Prints an interview as it goes on."""

    def __init__(self, console: KataConsole) -> None:
        self._console = console
        self._rows = TextScorecard(console, Commands())

    def open(self, interview: Interview, problems: Sequence[Problem]) -> None:
        """Print what is asked, where the stubs are, and how to go on."""
        console = self._console
        dot = console.signs.dot
        console.print(
            f"Interview {dot} {counted(len(problems), 'problem')} {dot} "
            f"{counted(interview.minutes, 'minute')}",
            style="strong",
        )
        for problem in problems:
            name = interview.solution(problem).name
            console.print(f"  {problem.number}  {problem.title:<32}  {name}", soft_wrap=True)
        place = (nearby(interview.folder), "strong")
        console.print(Text.assemble("Fresh stubs are in ", place), soft_wrap=True)
        console.print(f"No hints. The time runs. Chosen with --seed {interview.seed}.")
        self.help()

    def help(self) -> None:
        """Print the commands."""
        for name, what in HELP:
            self._console.print(Text.assemble((f"    {name:<6}", "strong"), what))

    def prompt(self, left: float) -> None:
        """Print the time left, where somebody is looking."""
        if self._console.is_terminal:
            self._console.print(f"\n{_minutes(left)} left > ", style="label", end="")

    def time(self, left: float) -> None:
        self._console.print(f"{_minutes(left)} left.")

    def remind(self, left: float) -> None:
        """Print the time left, on a line of its own beside what is being typed."""
        self._console.print(f"\n{_minutes(left)} left.", style="waiting")

    def say(self, words: str) -> None:
        self._console.print(words)

    def statement(self, problem: Problem) -> None:
        print_page(self._console, problem.statement)

    def graded(self, results: Sequence[ProblemResult]) -> None:
        """Print a row for each result, and what does not hold yet."""
        for result in results:
            self._rows.add(result)
            self._failures(result)

    def report(self, interview: Interview, parts: Sequence[Part], used: float) -> None:
        """Print how it went: points, behaviours and time, by problem and overall."""
        console = self._console
        console.print()
        console.print(
            f"Report {console.signs.dot} {_whole(used)} of {counted(interview.minutes, 'minute')}",
            style="strong",
        )
        for part in parts:
            row = self._rows.row(part.result)
            # What was not touched took no time.
            if part.seconds is not None:
                row.append(f"  {_minutes(part.seconds):>6}", "quiet")
            console.print(row, no_wrap=True, overflow="crop")
            self._failures(part.result)
        results = [part.result for part in parts]
        solved = sum(result.verdict is Verdict.SOLVED for result in results)
        held = sum(result.passed for result in results)
        asked = sum(len(result.behaviours) for result in results)
        points = sum(result.points for result in results)
        most = sum(result.problem.points for result in results)
        console.print(
            f"\n  {points}/{most} points {console.signs.dot} {held}/{asked} behaviours "
            f"{console.signs.dot} {solved} of {len(results)} solved",
            style="strong",
        )
        self._look_closer(interview, results)

    def _failures(self, result: ProblemResult) -> None:
        console = self._console
        if result.message:
            console.print(f"        {result.message}", style="bad")
            if result.where:
                console.print(f"        {nearby_place(result.where)}", soft_wrap=True)
            return
        if result.verdict is Verdict.TODO:
            return
        for behaviour in result.behaviours:
            if behaviour.outcome is not Outcome.PASSED:
                mark, style = sign(behaviour.outcome, console.signs)
                console.print(
                    Text.assemble("      ", (mark, style), f" {behaviour.behaviour.title}")
                )

    def _look_closer(self, interview: Interview, results: Sequence[ProblemResult]) -> None:
        console = self._console
        console.print(f"\nYour solutions stay in {nearby(interview.folder)}", soft_wrap=True)
        for result in results:
            if result.verdict not in (Verdict.SOLVED, Verdict.TODO):
                commands = Commands.here(nearby(result.path))
                command = commands.pytest(f"problems/{result.problem.number}")
                console.print(Text.assemble("Look closer: ", (command, "strong")), soft_wrap=True)


def _minutes(seconds: float) -> str:
    return f"{_whole(seconds)} min"


def _whole(seconds: float) -> int:
    """Return a time in whole minutes, rounded up: a minute that has begun is one."""
    return max(math.ceil(seconds / 60), 0)
