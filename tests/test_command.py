"""The commands that reports tell people to type."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.command import Commands, nearby


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    return monkeypatch


def test_the_default_solutions_are_not_repeated(shell: pytest.MonkeyPatch) -> None:
    assert Commands.here("stubs").grader("hint", "07") == "grader hint 07"


def test_chosen_solutions_are_repeated_and_quoted(shell: pytest.MonkeyPatch) -> None:
    command = Commands.here("my answers").pytest("problems/07")

    assert command == "pytest problems/07 --solutions 'my answers'"


def test_a_statement_needs_no_solutions(shell: pytest.MonkeyPatch) -> None:
    assert Commands.here("reference").show("07") == "grader show 07"


def test_under_uv_commands_begin_with_it(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("UV_RUN_RECURSION_DEPTH", "1")

    assert Commands.here("stubs").show("07") == "uv run grader show 07"


def test_outside_the_path_commands_name_their_folder(
    shell: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.setattr("shutil.which", lambda name: None)
    shell.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    shell.chdir(tmp_path)

    assert Commands.here("stubs").show("07") == ".venv/bin/grader show 07"


def test_a_path_below_the_current_folder_is_shortened(shell: pytest.MonkeyPatch) -> None:
    assert nearby(Path.cwd() / "stubs" / "x.py") == "stubs/x.py"
    assert nearby(Path("/elsewhere/x.py")) == "/elsewhere/x.py"
