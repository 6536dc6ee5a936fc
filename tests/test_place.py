"""The code that stands at a place, and nothing that stands elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.place import code_at


@pytest.fixture
def solution(tmp_path: Path) -> Path:
    path = tmp_path / "p07_x.py"
    path.write_text("def f():\n    return 1  # \x1b[31m\n")
    (tmp_path / "secret.py").write_text("first\nsecond\n")
    return path


def test_the_line_is_shown_without_its_indentation_and_harmless(solution: Path) -> None:
    assert code_at(f"{solution}:2", solution) == "return 1  # \\x1b[31m"


def test_a_definition_says_nothing(solution: Path) -> None:
    assert code_at(f"{solution}:1", solution) == ""


@pytest.mark.parametrize(
    "place",
    ["{0}/secret.py:1", "{0}/p07_x.py/../secret.py:1", "{0}/p07_x.py:9", "{0}/p07_x.py:x", "", ":"],
)
def test_what_is_not_the_solutions_is_not_shown(solution: Path, place: str) -> None:
    assert code_at(place.format(solution.parent), solution) == ""


def test_a_package_has_places_in_its_files(solution: Path) -> None:
    assert code_at(f"{solution.parent}/secret.py:2", solution.parent) == "second"


def test_a_link_leads_nowhere(tmp_path: Path, solution: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "link.py").symlink_to(tmp_path / "secret.py")

    assert code_at(f"{package}/link.py:1", package) == ""
