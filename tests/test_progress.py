"""Where a learner stands, from a history."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.command import Commands
from grader.history import Grading
from grader.next_step import advise
from grader.outcome import Verdict
from grader.problem import Behaviour, Budget, Limits, Problem
from grader.progress import Draft, Progress, Standing, State, load_progress, look_at, survey
from grader.render.console import open_console
from grader.render.progress import ago, duration, print_advice, print_progress, progress_json
from grader.workspace import Workspace

Gold = Callable[[str, str], None]
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 10, 41, 5, tzinfo=UTC)
TITLES = ("Clamp", "Race condition: simulate and fix", "Parts", "Whole")


def problem(number: int) -> Problem:
    behaviours = tuple(Behaviour(f"b{n}", f"It is {n}", 15, ("a", "b", "c")) for n in range(2))
    level = 1 if number < 3 else 2
    folder = Path("problems", f"{number:02}")
    slug, title = f"p{number:02}_x", TITLES[number - 1]
    return Problem(folder, slug, title, level, 20, Limits(), Budget(), behaviours, ())


PROBLEMS = [problem(number) for number in range(1, 5)]


class History:
    """Builds a history, and the drafts that belong to it."""

    def __init__(self) -> None:
        self.gradings: list[Grading] = []
        self.drafts: dict[str, Draft] = {}
        self.hints: dict[str, int] = {}

    def add(
        self,
        number: int,
        minutes: float,
        verdict: Verdict = Verdict.PARTIAL,
        *,
        text: str | None = None,
        source: str = "grader",
    ) -> History:
        """Grade a text, a new one unless told otherwise, so many minutes after the start."""
        digest = text or f"text {len(self.gradings)}"
        points = 30 if verdict is Verdict.SOLVED else 15
        at = START + timedelta(minutes=minutes)
        self.gradings.append(
            Grading(
                at, f"{number:02}", verdict, points, 30, frozenset(), 1, source, digest, False, 0.1
            )
        )
        if source != "interview":
            self.drafts[f"{number:02}"] = Draft(False, digest, at)
        return self

    def put_back(self, number: int, minutes: float) -> History:
        """Put the stub back."""
        at = START + timedelta(minutes=minutes)
        blank = Grading(
            at, f"{number:02}", Verdict.TODO, 0, 30, frozenset(), 0, "reset", "stub", True, 0.0
        )
        self.gradings.append(blank)
        self.drafts[f"{number:02}"] = Draft(digest="stub")
        return self

    def edit(self, number: int, minutes: float) -> History:
        """Change a text without grading it."""
        at = START + timedelta(minutes=minutes)
        self.drafts[f"{number:02}"] = Draft(False, f"edited {minutes}", at)
        return self

    def progress(self) -> Progress:
        return survey(PROBLEMS, self.gradings, self.hints, self.drafts)

    def standing(self, number: int) -> Standing:
        return self.progress().standings[number - 1]


def full() -> History:
    """Return a history with a problem of every kind but the last: solved, slipped, begun, new."""
    history = History().add(1, 0).add(1, 12, Verdict.SOLVED).add(2, 20, Verdict.SOLVED)
    history.add(2, 30).add(3, 49 * 60).hints = {"01": 2, "03": 1}
    return history


# --- states ------------------------------------------------------------------------------------


def test_what_was_never_touched_is_new() -> None:
    assert History().standing(1).state is State.NEW


def test_what_was_edited_and_never_graded_is_begun() -> None:
    standing = History().edit(1, 5).standing(1)

    assert (standing.state, standing.attempts) == (State.BEGUN, 0)
    assert standing.practised == START + timedelta(minutes=5)


def test_what_was_graded_and_not_solved_is_begun() -> None:
    assert History().add(1, 0).standing(1).state is State.BEGUN


def test_what_is_solved_in_its_newest_grading_is_solved() -> None:
    assert History().add(1, 0).add(1, 1, Verdict.SOLVED).standing(1).state is State.SOLVED


def test_what_was_solved_and_is_not_any_more_has_slipped() -> None:
    standing = History().add(1, 0, Verdict.SOLVED).add(1, 5).standing(1)

    assert (standing.state, standing.best) == (State.SLIPPED, 30)
    assert standing.verdict is Verdict.PARTIAL


def test_what_is_solved_again_has_not_slipped() -> None:
    history = History().add(1, 0, Verdict.SOLVED).add(1, 5).add(1, 9, Verdict.SOLVED)

    assert history.standing(1).state is State.SOLVED


def test_a_stub_put_back_is_no_slip_but_another_start() -> None:
    history = History().add(1, 0, Verdict.SOLVED).put_back(1, 5)
    assert history.standing(1).state is State.AGAIN

    history.add(1, 9)
    assert history.standing(1).state is State.BEGUN


def test_a_stub_put_back_before_it_was_solved_is_new() -> None:
    assert History().add(1, 0).put_back(1, 5).standing(1).state is State.NEW


def test_a_failure_of_the_grader_says_nothing() -> None:
    history = History().add(1, 0, Verdict.SOLVED).add(1, 5, Verdict.GRADER_ERROR)

    assert history.standing(1).state is State.SOLVED


def test_an_interview_is_no_practice_and_no_slip() -> None:
    history = History().add(1, 0, Verdict.SOLVED).add(1, 5, source="interview")
    history.add(2, 9, source="interview")

    assert history.standing(1).state is State.SOLVED
    assert history.standing(2).state is State.NEW
    assert history.standing(2).attempts == 0


# --- attempts and time -------------------------------------------------------------------------


def test_a_text_graded_twice_is_one_attempt() -> None:
    history = History().add(1, 0, text="a").add(1, 1, text="a").add(1, 2, text="b")

    assert history.standing(1).attempts == 2


def test_grading_everything_is_no_practice_of_what_has_not_changed() -> None:
    history = History().add(1, 0, text="a").add(2, 500).add(1, 500, text="a")

    assert history.standing(1).practised == START


def test_the_time_to_the_first_pass_counts_from_the_first_grading() -> None:
    history = History().add(1, 0).add(1, 10).add(1, 25, Verdict.SOLVED).add(1, 40)

    assert history.standing(1).passed_in == timedelta(minutes=25)


def test_a_long_pause_is_no_practice() -> None:
    history = History().add(1, 0).add(1, 10).add(1, 41).add(1, 45, Verdict.SOLVED)

    assert history.standing(1).passed_in == timedelta(minutes=10 + 4)


def test_a_pause_of_just_half_an_hour_is_practice() -> None:
    assert History().add(1, 0).add(1, 30, Verdict.SOLVED).standing(1).passed_in == timedelta(
        minutes=30
    )


def test_time_spent_on_another_problem_is_not_counted() -> None:
    history = History().add(1, 0).add(2, 8).add(2, 20).add(1, 25, Verdict.SOLVED)

    assert history.standing(1).passed_in == timedelta(minutes=5)


def test_a_clock_that_was_set_back_takes_no_time_away() -> None:
    history = History().add(1, 0).add(1, 10).add(1, -300).add(1, -295, Verdict.SOLVED)

    assert history.standing(1).passed_in == timedelta(minutes=15)


def test_what_is_solved_in_its_first_grading_took_no_time() -> None:
    history = History().add(2, 0).add(1, 5, Verdict.SOLVED)

    assert history.standing(1).passed_in == timedelta(0)
    assert history.progress().usual_time is None


def test_what_was_never_solved_has_no_time() -> None:
    assert History().add(1, 0).standing(1).passed_in is None


def test_the_usual_time_is_the_one_in_the_middle() -> None:
    history = History()
    for number, minutes in ((1, 3), (2, 5), (3, 29)):
        history.add(number, number * 100).add(number, number * 100 + minutes, Verdict.SOLVED)

    assert history.progress().usual_time == timedelta(minutes=5)


# --- advice ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "number", "why", "first"),
    [
        (History(), "01", "It is the first", "grader show 01"),
        (History().edit(3, 0), "03", "not graded it yet", "pytest problems/03"),
        (History().add(2, 0).add(3, 5), "03", "not solved yet", "pytest problems/03"),
        (History().add(3, 0).add(2, 5), "02", "not solved yet", "pytest problems/02"),
        (History().add(3, 0).edit(3, 9).add(2, 5), "03", "changed it since", "pytest problems/03"),
        (full(), "03", "not solved yet", "pytest problems/03"),
        (
            History().add(1, 0, Verdict.SOLVED).add(1, 1),
            "01",
            "was solved, and is not",
            "pytest problems/01",
        ),
        (History().add(1, 0, Verdict.SOLVED), "02", "the next", "grader show 02"),
        (
            History().add(1, 0, Verdict.SOLVED).put_back(1, 1),
            "01",
            "put its stub back",
            "grader show 01",
        ),
    ],
    ids=[
        "nothing",
        "edited",
        "begun last",
        "begun last, in any order",
        "edited last",
        "begun before slipped",
        "slipped",
        "next",
        "again",
    ],
)
def test_the_next_problem_is_named_with_its_reason(
    history: History, number: str, why: str, first: str
) -> None:
    advice = advise(history.progress())

    assert advice.standing.problem.number == number
    assert why in advice.why
    assert " ".join(advice.commands[0]) == first


def test_when_all_are_solved_the_oldest_comes_again() -> None:
    history = History()
    for number, minutes in ((1, 30), (2, 10), (3, 20), (4, 40)):
        history.add(number, minutes, Verdict.SOLVED)

    advice = advise(history.progress())

    assert advice.standing.problem.number == "02"
    assert "practised longest ago" in advice.why
    assert advice.commands[0] == ("grader", "reset", "02")


# --- what is printed ---------------------------------------------------------------------------


def page(progress: Progress, width: int = 80) -> str:
    out = io.StringIO()
    console = open_console(file=out, width=width, is_terminal=False)
    print_progress(console, progress, Commands(), NOW)
    return out.getvalue()


def test_the_page_reads_as_agreed(matches_gold: Gold) -> None:
    matches_gold("progress.txt", page(full().progress()))


def test_a_wide_page_has_the_times_too(matches_gold: Gold) -> None:
    matches_gold("progress_wide.txt", page(full().progress(), width=120))


def test_an_empty_history_is_one_line() -> None:
    assert page(History().progress()) == (
        "Nothing graded yet: `grader next` says where to begin.\n"
    )


def test_the_figures_as_json_read_as_agreed(matches_gold: Gold) -> None:
    matches_gold("progress_figures.json", progress_json(full().progress()) + "\n")


def test_json_of_an_empty_history_has_all_problems() -> None:
    data = json.loads(progress_json(History().progress()))

    assert (data["solved"], data["problems_total"], data["slipped"]) == (0, 4, [])
    assert [entry["state"] for entry in data["problems"]] == ["new"] * 4


def test_no_line_is_wider_than_the_terminal() -> None:
    history = full().add(2, -45 * 24 * 60, Verdict.SOLVED)
    history.hints = {"02": 36}

    assert max(map(len, page(history.progress()).splitlines())) <= 80


def test_advice_reads_as_agreed(matches_gold: Gold, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    console = open_console(file=out, width=80, is_terminal=False)

    for history in (History(), full()):
        print_advice(console, advise(history.progress()), Commands(), Workspace(Path()))

    matches_gold("next.txt", out.getvalue())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (86_400, "yesterday"),
        (2 * 86_400, "2 days ago"),
        (30 * 86_400, "30 days ago"),
        (40 * 86_400, "2026-10-13"),
        (-59, "just now"),
        (-5 * 86_400, "2026-11-27"),
    ],
)
def test_moments_are_told_in_words(seconds: int, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "at once"), (0.1, "1 min"), (59, "59 min"), (125, "2 h 05 min")]
)
def test_times_are_told_in_words(minutes: float, words: str) -> None:
    assert duration(timedelta(minutes=minutes)) == words


# --- what lies among the stubs -----------------------------------------------------------------


def test_an_untouched_stub_is_seen(sample: Path) -> None:
    stub = sample / "problems" / "01" / "stub.py"

    assert look_at(sample / "stubs" / "p01_clamp.py", stub).is_untouched
    assert look_at(sample / "stubs" / "no_such_file.py", stub).is_untouched


def test_an_edited_stub_is_seen_with_its_moment(sample: Path) -> None:
    path = sample / "stubs" / "p01_clamp.py"
    path.write_text("x = 1\n")
    os.utime(path, (START.timestamp(), START.timestamp()))

    draft = look_at(path, sample / "problems" / "01" / "stub.py")

    assert (draft.is_untouched, draft.modified) == (False, START)


def test_an_edited_package_has_the_moment_of_its_newest_module(tmp_path: Path) -> None:
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "core.py").write_text("")
    package = shutil.copytree(stub, tmp_path / "package")
    (package / "more.py").write_text("x = 1\n")
    os.utime(package / "core.py", (0, 0))
    os.utime(package / "more.py", (START.timestamp(), START.timestamp()))

    assert look_at(package, stub).modified == START


def test_a_new_version_of_a_stub_leaves_an_edited_one_alone(sample: Path) -> None:
    mine = sample / "stubs" / "p01_clamp.py"
    mine.write_text("def clamp(value, low, high):\n    return value\n")
    before = (mine.read_bytes(), mine.stat().st_mtime_ns)
    stub = sample / "problems" / "01" / "stub.py"
    stub.write_text(
        stub.read_text() + "\n\ndef clamp_all(values):\n    raise NotImplementedError\n"
    )

    progress = load_progress(Workspace(sample))

    assert progress.standings[0].state is State.BEGUN
    assert (mine.read_bytes(), mine.stat().st_mtime_ns) == before
