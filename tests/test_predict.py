"""``grader predict``: asked, answered, judged, explained, remembered."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import predict as module
from grader.drill import Drill
from grader.errors import UsageError
from grader.predict import predict


def drill(name: str, number: int) -> Drill:
    explanation = f"It prints `{number}`. That is all."
    code = f"x = {number}\nprint(x)\nprint('end')\n"
    return Drill("memory", "Memory", name, name.title(), code, explanation, is_from_course=False)


DRILLS = [drill("first", 1), drill("second", 2)]

Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Give what answers, and returns the exit code and what was printed."""
    monkeypatch.setattr(module, "load_drills", lambda: DRILLS)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def ask(
        answers: str, *names: str, list_only: bool = False, again: bool = False
    ) -> tuple[int, str]:
        code = predict(
            names,
            answers=io.StringIO(answers),
            memory=tmp_path,
            list_only=list_only,
            again=again,
            no_color=True,
        )
        return code, capsys.readouterr().out

    return ask


def test_a_session_reads_as_agreed(ask: Ask, matches_gold: Callable[[str, str], None]) -> None:
    code, text = ask("1\nend\n\n3\nend\n\n")

    matches_gold("predict_session.txt", text)
    assert code == 1


def test_a_right_answer_is_not_asked_for_again_unless_that_is_asked_for(ask: Ask) -> None:
    ask("1\nend\n\n")

    assert "Memory · First" not in ask("")[1]
    assert "Memory · First" in ask("", again=True)[1]
    assert "Memory · First" in ask("", "first")[1]


def test_all_right_is_exit_code_0(ask: Ask) -> None:
    code, text = ask("1\nend\n\n2\nend")

    assert code == 0
    assert "2 of 2 right." in text
    assert "All are solved: `grader predict --again` asks once more." in text


def test_the_end_of_the_answers_ends_the_drill(ask: Ask) -> None:
    code, text = ask("\n\n")

    assert code == 0
    assert text.count("What does it print?") == 1
    assert "2 snippets wait for a right answer: `grader predict` goes on." in text


def test_an_interrupt_ends_the_drill_with_its_tally(
    ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> Iterator[str]:
        yield "1\n"
        raise KeyboardInterrupt

    code = predict(
        [], answers=interrupted(), memory=tmp_path, list_only=False, again=False, no_color=True
    )

    assert code == 0
    assert "2 snippets wait for a right answer" in capsys.readouterr().out


def test_the_list_shows_what_is_solved(ask: Ask) -> None:
    ask("1\nend\n\n")

    assert ask("", list_only=True)[1].splitlines()[1:] == [
        "Memory   grader predict memory",
        "  ✔ First   first",
        "  · Second   second",
    ]


def test_a_memory_that_cannot_be_read_is_told_and_kept(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "predict.json"
    path.write_text(json.dumps({"format": 1, "solved": "first"}))

    with pytest.raises(UsageError, match="is no memory of drills of format 1"):
        ask("")

    assert path.exists()


def test_a_memory_that_cannot_be_written_stops_nobody(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr("grader.store.Store.write", fail)

    assert "1 of 1 right." in ask("1\nend\n\n", "first")[1]
