"""The snippets of the drill: each runs, is judged by running, and is explained truthfully."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from grader import drill as module
from grader.drill import MODULES, Drill, is_right, load_drills, select
from grader.errors import EngineError, UsageError

DRILLS = load_drills()

every_drill = pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.id)


def made(code: str) -> Drill:
    return Drill("memory", "Memory", "made-up", "Made up", code, "It prints.", is_from_course=False)


@every_drill
def test_what_an_explanation_says_is_printed_is_printed(drill: Drill) -> None:
    printed = drill.output().splitlines()

    assert 1 <= len(printed) <= 4
    said = re.findall(r"prints `([^`]*)`", drill.explanation)
    assert said != []
    assert [text for text in said if text not in printed] == []


@every_drill
def test_a_snippet_and_its_explanation_are_short(drill: Drill) -> None:
    code = drill.code.strip("\n").splitlines()
    plain = re.sub(r"`[^`]*`", "code", drill.explanation)
    sentences = re.findall(r"[.!?](?=\s|$)", plain)

    assert 2 <= len([line for line in code if line.strip()]) <= 16
    assert max(map(len, code)) <= 78
    assert len(drill.title) <= 50
    assert 2 <= len(sentences) <= 4, drill.explanation


def test_there_are_enough_of_every_module_and_the_courses_own_eight() -> None:
    by_module = Counter(drill.module for drill in DRILLS)

    assert len(DRILLS) >= 32
    assert set(by_module) == set(MODULES)
    assert min(by_module.values()) >= 4
    assert sum(drill.is_from_course for drill in DRILLS) == 8
    assert len({drill.id for drill in DRILLS}) == len(DRILLS)


@pytest.mark.parametrize(
    ("answer", "is_accepted"),
    [
        (["1", "[2, 3]"], True),
        (["  1", "[2, 3]  ", ""], True),
        (["1", "[2,3]"], False),
        (["1"], False),
        ([], False),
        (["[2, 3]", "1"], False),
    ],
)
def test_an_answer_is_right_line_by_line(answer: list[str], is_accepted: bool) -> None:
    assert is_right(answer, "1\n[2, 3]\n") is is_accepted


def test_modules_and_snippets_are_found_by_name() -> None:
    one, other = DRILLS[0], DRILLS[-1]

    assert select(DRILLS, []) == DRILLS
    assert select(DRILLS, [other.id, one.id, other.id]) == [other, one]
    assert {drill.module for drill in select(DRILLS, ["execution-model"])} == {"execution_model"}


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("memry", r"Did you mean memory\?"),
        ("xyz", r"`grader predict --list` shows all\."),
    ],
)
def test_an_unknown_name_is_told(name: str, remedy: str) -> None:
    with pytest.raises(UsageError, match=f"^There is no module and no snippet `{name}`. {remedy}$"):
        select(DRILLS, [name])


@pytest.mark.parametrize("code", ["raise ValueError('no')", "import sys; sys.exit(3)"])
def test_a_snippet_that_fails_is_no_fault_of_the_learner(code: str) -> None:
    with pytest.raises(EngineError, match=r"^The snippet made-up failed"):
        made(code).output()


def test_a_snippet_runs_apart_from_the_learners_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('mine')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert made("import json, os; print(os.environ.get('PYTHONPATH'))").output() == "None\n"


def test_a_snippet_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.3)

    with pytest.raises(EngineError, match=r"^The snippet made-up did not end"):
        made("while True: pass").output()
