"""An interview as it goes on, under a clock that the tests turn."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.case import TestCase, Trial
from grader.history import history_file, read_history
from grader.interview import Session, hold
from grader.interviews import Interview, Part, begin, running
from grader.isolation import Isolation
from grader.outcome import Outcome, TestReport, Verdict
from grader.problem import Problem
from grader.render.console import open_console
from grader.render.interview import InterviewPage
from grader.score import ProblemResult, score
from grader.workspace import Workspace

Gold = Callable[[str, str], None]
NOW = datetime(2026, 11, 22, 10, 41, 5, tzinfo=UTC)


@dataclass
class Candidate:
    """Turns the clock and does what is next: a line, a pause in seconds, or something to do."""

    deeds: Iterator[object]
    now: float = 100.0
    waits: list[float] = field(default_factory=list)

    def line(self, seconds: float) -> str | None:
        self.waits.append(seconds)
        deed = next(self.deeds, EOFError())
        if isinstance(deed, BaseException):
            raise deed
        if callable(deed):
            deed = deed()
        if isinstance(deed, str):
            return deed
        self.now += float(deed) if isinstance(deed, int | float) else seconds
        return None


@dataclass
class Room:
    """A workspace with two problems, and an interview about both."""

    workspace: Workspace
    problems: tuple[Problem, ...]
    interview: Interview
    out: io.StringIO

    def solve(self, number: int, text: str) -> Callable[[], int]:
        """Return a deed: write a solution, within no time."""

        def deed() -> int:
            (self.interview.folder / f"p0{number}_clamp.py").write_text(text)
            return 0

        return deed

    def hold(self, *deeds: object, is_terminal: bool = False) -> list[Part]:
        """Hold it with gradings of our own: what returns its value holds the first behaviour."""
        return self.session(Candidate(iter(deeds)), is_terminal=is_terminal).run()

    def session(self, candidate: Candidate, *, is_terminal: bool = False) -> Session:
        return Session(
            self.interview,
            self.problems,
            grade=self.grade,
            lines=candidate,
            clock=lambda: candidate.now,
            page=self.page(is_terminal=is_terminal),
        )

    def page(self, *, is_terminal: bool = False) -> InterviewPage:
        console = open_console(no_color=True, file=self.out, width=80, is_terminal=is_terminal)
        return InterviewPage(console)

    def grade(self, problems: Sequence[Problem]) -> list[ProblemResult]:
        return [self._result(problem) for problem in problems]

    def _result(self, problem: Problem) -> ProblemResult:
        path = self.interview.solution(problem)
        text = path.read_text()
        passing = {"return 2": 6, "return value": 1}
        held = next((n for words, n in passing.items() if words in text), 0)
        cases = [TestCase(b.id, b.id, (b.id,), is_hidden=True) for b in problem.behaviours]
        reports = {
            case.id: TestReport(Outcome.PASSED if index < held else Outcome.FAILED)
            for index, case in enumerate(cases)
        }
        broken = TestReport(Outcome.ERROR, "SyntaxError: oh", f"{path}:3") if "(:" in text else None
        return score(problem, path, cases, Trial(reports, broken))

    @property
    def shown(self) -> str:
        return self.out.getvalue().replace(str(self.workspace.root), "KATA")


@pytest.fixture
def room(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    twin = shutil.copytree(sample / "problems" / "01", sample / "problems" / "02")
    metadata = twin / "problem.toml"
    metadata.write_text(metadata.read_text().replace("p01_clamp", "p02_clamp"))
    monkeypatch.setattr("shutil.which", lambda name: name)
    workspace = Workspace(sample)
    problems = workspace.problems()
    interview = begin(workspace, problems, minutes=45, seed=7, now=NOW)
    return Room(workspace, problems, interview, io.StringIO())


HALF = "def clamp(value, low, high):\n    return value\n"
WHOLE = "def clamp(value, low, high):\n    return 2\n"


def test_a_whole_interview_reads_as_agreed(room: Room, matches_gold: Gold) -> None:
    room.hold(
        "t", 600, room.solve(1, WHOLE), "g 1", "hint", "what", "s 09", 900, room.solve(2, HALF),
        10, "g", "d",
    )  # fmt: skip

    text = re.sub(r"interviews/[-\d]+", "interviews/2026-11-22-1041", room.shown)
    matches_gold("interview.txt", text)


@pytest.mark.parametrize("word", ["q", "Quit", "exit"])
def test_who_wants_to_leave_is_told_how(room: Room, word: str) -> None:
    room.hold(word, "t")

    assert "To leave, type d: what is there is graded" in room.shown
    assert "45 min left.\n" in room.shown


def test_what_was_not_touched_has_no_time_in_the_report(room: Room) -> None:
    room.hold("d")

    assert re.findall(r"to do.*", room.shown) == ["to do", "to do"]


def test_a_broken_answer_is_named_in_the_report(room: Room) -> None:
    room.hold(room.solve(1, "def clamp(:"), 1)

    assert "        SyntaxError: oh\n" in room.shown
    assert "p01_clamp.py:3\n" in room.shown


def test_the_end_of_the_lines_ends_it_with_a_report(room: Room) -> None:
    parts = room.hold(60, room.solve(1, WHOLE), 0)

    assert [part.result.verdict for part in parts] == [Verdict.SOLVED, Verdict.TODO]
    assert "Report · 1 of 45 minutes" in room.shown


def test_it_ends_by_itself_when_time_is_up(room: Room) -> None:
    candidate = Candidate(iter([2699, room.solve(1, WHOLE), 1, "never read"]))

    parts = room.session(candidate).run()

    assert next(candidate.deeds) == "never read"
    assert candidate.waits == [10.0, 1.0, 1.0]
    assert parts[0].result.verdict is Verdict.SOLVED
    assert "Time is up." in room.shown
    assert "Report · 45 of 45 minutes" in room.shown


def test_the_time_left_is_told_before_the_end(room: Room) -> None:
    room.hold(2095, 5, 10, 290, 10, 230, 10, "d")

    assert re.findall(r"\n(\d+ min left)\.", room.shown) == [
        "10 min left",
        "5 min left",
        "1 min left",
    ]


def test_a_short_interview_has_fewer_reminders(room: Room) -> None:
    room.interview = Interview(room.interview.folder, ("01", "02"), 3, 7, NOW)

    room.hold(60, 70, "d")

    assert re.findall(r"\n(\d+ min left)\.", room.shown) == ["1 min left"]


def test_a_terminal_gets_a_prompt_with_the_time(room: Room) -> None:
    room.hold(60, "t", "d", is_terminal=True)

    assert "45 min left > " in room.shown
    assert "44 min left.\n" in room.shown


def test_a_pipe_gets_no_prompt(room: Room) -> None:
    room.hold("t", "d")

    assert ">" not in room.shown


def test_an_interrupt_asks_first(room: Room) -> None:
    room.hold(KeyboardInterrupt(), "t", KeyboardInterrupt(), KeyboardInterrupt(), "never read")

    assert room.shown.count("Ctrl-C once more ends the interview; Enter goes on.") == 2
    assert "Report" in room.shown


def test_time_belongs_to_the_text_that_changed_at_its_end(room: Room) -> None:
    parts = room.hold(
        300, room.solve(1, HALF), 100, room.solve(2, HALF), 60, room.solve(1, WHOLE), 500, "d"
    )

    assert [part.seconds for part in parts] == [360.0, 100.0]


def test_texts_that_change_together_share_their_time(room: Room) -> None:
    def both() -> int:
        return room.solve(1, HALF)() + room.solve(2, HALF)()

    parts = room.hold(300, both, "d")

    assert [part.seconds for part in parts] == [150.0, 150.0]


def test_what_was_never_touched_took_no_time(room: Room) -> None:
    parts = room.hold(300, "d")

    assert [part.seconds for part in parts] == [None, None]


def test_a_statement_is_shown_when_it_is_asked_for(room: Room) -> None:
    room.hold("s 2")

    assert room.shown.count("01 · Clamp") == 1


def test_a_real_one_is_graded_remembered_and_closed(room: Room) -> None:
    reference = (room.workspace.reference / "p01_clamp.py").read_text()
    candidate = Candidate(iter([room.solve(1, reference), "d"]))

    code = hold(
        room.workspace,
        room.interview,
        room.problems,
        lines=candidate,
        clock=lambda: candidate.now,
        page=room.page(),
        jobs=1,
        isolation=Isolation.NONE,
    )

    assert code == 1
    assert running(room.workspace, NOW) == []
    kept = [(g.problem, g.verdict, g.source) for g in read_history(room.workspace)]
    assert kept == [
        ("01", Verdict.SOLVED, "interview"),
        ("02", Verdict.TODO, "interview"),
    ]


def test_an_interview_that_fails_is_closed_too(room: Room) -> None:
    candidate = Candidate(iter([RuntimeError("the terminal is gone")]))

    with pytest.raises(RuntimeError, match="the terminal is gone"):
        hold(
            room.workspace,
            room.interview,
            room.problems,
            lines=candidate,
            clock=lambda: candidate.now,
            page=room.page(),
            jobs=1,
            isolation=Isolation.NONE,
        )

    assert running(room.workspace, NOW) == []
    assert not history_file(room.workspace).exists()
