"""Frames: one over the other, never higher than the window."""

from __future__ import annotations

import os
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from grader.command import Commands
from grader.hints import Hint
from grader.loader import load_problem
from grader.outcome import Verdict
from grader.render.console import open_console
from grader.score import not_handed_in
from grader.watch.loop import Stage, View
from grader.watch.screen import print_view, write_frame

SAMPLE = Path(__file__).parents[1] / "sample"
SIZE = os.terminal_size((20, 5))


def frame(lines: list[str], *, is_first: bool = False, is_page: bool = False) -> str:
    out = StringIO()
    write_frame(out, lines, SIZE, is_first=is_first, is_page=is_page)
    return out.getvalue()


def seen(text: str) -> list[str]:
    for code in ("\x1b[H", "\x1b[K", "\x1b[J"):
        text = text.replace(code, "")
    return text.split("\n")


def test_a_frame_is_laid_over_the_one_before() -> None:
    assert frame(["a", "b"]) == "\x1b[H\x1b[Ka\n\x1b[Kb\x1b[J"


def test_the_first_frame_pushes_up_what_stands_there() -> None:
    assert frame(["a"], is_first=True) == "\n" * 4 + "\x1b[H\x1b[Ka\x1b[J"


def test_a_card_that_is_too_high_loses_its_beginning_but_for_its_first_line() -> None:
    lines = frame([f"line {number}" for number in range(9)])

    assert seen(lines) == [
        "line 0",
        "… 5 lines more in a higher window",
        "line 6",
        "line 7",
        "line 8",
    ]


def test_a_line_that_is_too_long_counts_for_the_rows_it_takes() -> None:
    shown = seen(frame(["a", "b", "c", "x" * 41]))

    assert shown == ["a", "… 2 lines more in a higher window", "x" * 41]


def test_colours_take_no_room() -> None:
    coloured = f"\x1b[32m{'x' * 20}\x1b[0m"

    assert seen(frame([coloured] * 5)) == [coloured] * 5


def test_a_page_may_scroll() -> None:
    lines = [str(number) for number in range(9)]

    assert seen(frame(lines, is_page=True))[-9:] == lines


@pytest.fixture
def view() -> View:
    problem = load_problem(SAMPLE / "problems" / "01")
    result = not_handed_in(problem, Path("/kata/stubs/p01_clamp.py"))
    return View(result, Stage.DONE, saved_at="12:00:01")


def text_of(view: View, *, has_keys: bool = True) -> str:
    out = StringIO()
    print_view(open_console(file=out, width=80), view, Commands(), has_keys=has_keys)
    return out.getvalue()


def test_a_card_has_the_time_of_the_save_above_and_the_keys_below(view: View) -> None:
    lines = text_of(view).splitlines()

    assert lines[0] == "Saved at 12:00:01 · graded in 0.00 s"
    assert lines[-1] == "n next   h hint   r run   l list   x reset   q quit"


def test_without_a_keyboard_no_keys_are_named(view: View) -> None:
    assert "quit" not in text_of(view, has_keys=False)


def test_where_keys_do_it_no_command_is_named(view: View) -> None:
    assert view.result is not None
    partial = replace(view, result=replace(view.result, verdict=Verdict.PARTIAL))

    assert "grader show" in text_of(view)
    assert "grader hint" not in text_of(partial)
    assert "grader hint" in text_of(partial, has_keys=False)


def test_a_run_that_goes_on_is_said_above_the_old_card(view: View) -> None:
    assert text_of(replace(view, stage=Stage.GRADING)).startswith("Grading …\n")
    assert text_of(replace(view, stage=Stage.ASKING)).startswith("The tests pass; asking")


def test_a_hint_and_a_note_stand_below_the_card(view: View) -> None:
    hint = Hint("01", "bounds", "Bounds", 2, "Look there.")
    text = text_of(replace(view, hint=hint, note="Said \x1b[2J."))

    assert "Hint 2 of 3\n  Look there.\n" in text
    assert "\nSaid \\x1b[2J.\n" in text


def test_a_question_takes_the_place_of_the_keys(view: View) -> None:
    text = text_of(replace(view, is_confirming=True))

    assert "y does it, any other key does not." in text
    assert "q quit" not in text
