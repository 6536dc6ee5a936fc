"""``grader interview``: some problems, a clock, no hints, and a report at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import typer

from grader.engine import open_engine
from grader.errors import UsageError
from grader.grade import grade
from grader.history import digest_of, record
from grader.interviews import Interview, Part, begin, choose, save
from grader.isolation import Isolation
from grader.keyboard import Keyboard, Lines
from grader.probe import Prober, new_seed
from grader.problem import Problem
from grader.progress import load_progress
from grader.render.console import open_console
from grader.render.interview import InterviewPage
from grader.run import exit_code
from grader.score import ProblemResult
from grader.text import printable
from grader.workspace import Workspace

Clock = Callable[[], float]
Grade = Callable[[Sequence[Problem]], list[ProblemResult]]
# How often the texts are looked at, in seconds.
LOOK = 10.0
# What people type who want to leave: it ends no interview by a slip of the finger.
_WAYS_OUT = ("q", "quit", "exit")
_LEAVING = "To leave, type d: what is there is graded, and the interview is over."
# When the time left is told unasked, in seconds before the end.
REMINDERS = (600.0, 300.0, 60.0)


class TimeSheet:
    """How long each problem took: the time up to a change belongs to the text that changed.

    What changed at the same look shares it; the time after the last change belongs to none.
    """

    def __init__(self, interview: Interview, problems: Sequence[Problem], now: float) -> None:
        self._paths = {problem.number: interview.solution(problem) for problem in problems}
        self._digests = {number: digest_of(path) for number, path in self._paths.items()}
        self._last = now
        self.seconds: dict[str, float] = {}

    def look(self, now: float) -> None:
        """Look at the texts, and share out the time since the last change."""
        digests = {number: digest_of(path) for number, path in self._paths.items()}
        changed = [number for number in digests if digests[number] != self._digests[number]]
        for number in changed:
            share = (now - self._last) / len(changed)
            self.seconds[number] = self.seconds.get(number, 0.0) + share
        if changed:
            self._last, self._digests = now, digests


class Session:
    """One interview while it goes on."""

    def __init__(
        self,
        interview: Interview,
        problems: Sequence[Problem],
        *,
        grade: Grade,
        lines: Lines,
        clock: Clock,
        page: InterviewPage,
    ) -> None:
        """Get ready; ``clock`` counts seconds, and from now on."""
        self._interview = interview
        self._problems = {problem.number: problem for problem in problems}
        self._grade = grade
        self._lines = lines
        self._clock = clock
        self._page = page
        self._started = clock()
        self._sheet = TimeSheet(interview, problems, self._started)
        self._reminders = [seconds for seconds in REMINDERS if seconds < self._left() / 2]
        self._wants_to_end = False

    def run(self) -> list[Part]:
        """Obey what is typed until it is done or time is up; then grade what is there."""
        page = self._page
        page.open(self._interview, list(self._problems.values()))
        page.prompt(self._left())
        while self._goes_on():
            pass
        used = self._clock() - self._started
        self._sheet.look(self._clock())
        if self._left() <= 0:
            page.say("\nTime is up.")
        results = self._grade(list(self._problems.values()))
        spent = self._sheet.seconds
        parts = [Part(result, spent.get(result.problem.number)) for result in results]
        page.report(self._interview, parts, min(used, self._interview.minutes * 60))
        return parts

    def _goes_on(self) -> bool:
        """Wait a while for a line and obey it; tell whether the interview goes on."""
        left = self._left()
        if left <= 0:
            return False
        try:
            line = self._lines.line(min(LOOK, left))
            self._sheet.look(self._clock())
            if line is None:
                self._remind()
                return True
            self._wants_to_end = False
            return self._obey(line)
        except EOFError:
            return False
        except KeyboardInterrupt:
            return self._is_kept_on()

    def _is_kept_on(self) -> bool:
        if self._wants_to_end:
            return False
        self._wants_to_end = True
        self._page.say("\nCtrl-C once more ends the interview; Enter goes on.")
        self._page.prompt(self._left())
        return True

    def _remind(self) -> None:
        left = self._left()
        due = [seconds for seconds in self._reminders if left <= seconds]
        if due:
            self._reminders = [seconds for seconds in self._reminders if seconds not in due]
            self._page.remind(left)
            self._page.prompt(left)

    def _obey(self, line: str) -> bool:
        word, _, rest = line.strip().lower().partition(" ")
        if word in ("d", "done"):
            return False
        try:
            self._answer(word, rest.split())
        except UsageError as error:
            self._page.say(str(error))
        self._page.prompt(self._left())
        return True

    def _answer(self, word: str, numbers: Sequence[str]) -> None:
        page = self._page
        if word in ("g", "grade"):
            page.graded(self._grade(self._chosen(numbers)))
        elif word in ("s", "show"):
            for problem in self._chosen(numbers):
                page.statement(problem)
        elif word in ("h", "hint"):
            page.say("No hints in an interview.")
        elif word in ("", "t", "time"):
            page.time(self._left())
        else:
            page.say(_LEAVING if word in _WAYS_OUT else f"There is no command `{printable(word)}`.")
            page.help()

    def _chosen(self, numbers: Sequence[str]) -> list[Problem]:
        """Return the problems named, all of them if none is; raise UsageError for another."""
        unknown = [number for number in numbers if number.zfill(2) not in self._problems]
        if unknown:
            known = ", ".join(self._problems)
            raise UsageError(f"Problem {unknown[0]} is not part of it: {known}.")
        wanted = {number.zfill(2) for number in numbers} or set(self._problems)
        return [problem for number, problem in self._problems.items() if number in wanted]

    def _left(self) -> float:
        return self._interview.minutes * 60 - (self._clock() - self._started)


def interview(
    workspace: Workspace,
    *,
    minutes: int,
    count: int,
    level: int | None,
    seed: int | None,
    jobs: int,
    isolation: Isolation,
    no_color: bool,
) -> int:
    """Choose problems, lay out their stubs, and hold the interview at the keyboard."""
    progress = load_progress(workspace)
    asked = [s for s in progress.standings if level in (None, s.problem.level)]
    if not asked:
        raise UsageError(f"There is no problem of level {level}. `grader list` shows them all.")
    seed = new_seed() if seed is None else seed
    chosen = choose(
        [standing.problem for standing in asked],
        {standing.problem.number for standing in asked if standing.solved_at is not None},
        minutes=minutes,
        count=count,
        seed=seed,
    )
    begun = begin(workspace, chosen, minutes=minutes, seed=seed, now=datetime.now(UTC))
    return hold(
        workspace,
        begun,
        chosen,
        lines=Keyboard(),
        clock=time.monotonic,
        page=InterviewPage(open_console(no_color=no_color)),
        jobs=jobs,
        isolation=isolation,
    )


def hold(
    workspace: Workspace,
    interview: Interview,
    problems: Sequence[Problem],
    *,
    lines: Lines,
    clock: Clock,
    page: InterviewPage,
    jobs: int,
    isolation: Isolation,
) -> int:
    """Hold an interview and remember its last grading; return the exit code."""

    def grade_some(chosen: Sequence[Problem]) -> list[ProblemResult]:
        paths = {problem.number: interview.solution(problem) for problem in chosen}
        with open_engine(workspace.root, chosen, isolation) as engine:
            prober = Prober(engine, workspace.reference, [new_seed()])
            return list(grade(engine, chosen, paths, prober, jobs=jobs))

    started = clock()
    session = Session(interview, problems, grade=grade_some, lines=lines, clock=clock, page=page)
    try:
        results = [part.result for part in session.run()]
    finally:
        _close(interview, clock() - started)
    if trouble := record(workspace, results, "interview"):
        typer.echo(f"grader: {trouble}", err=True)
    return exit_code(results)


def _close(interview: Interview, seconds: float) -> None:
    """Note that an interview has ended, so that hints are allowed again."""
    try:
        save(replace(interview, ended=interview.begun + timedelta(seconds=seconds)))
    except OSError as error:
        typer.echo(f"grader: the end of the interview is not remembered: {error}", err=True)
