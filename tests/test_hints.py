"""The memory of hints."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.hints import HintMemory


def test_nothing_is_taken_at_first(tmp_path: Path) -> None:
    assert HintMemory(tmp_path / ".grader").next_level("07", "a") == 1


def test_the_next_hint_follows_the_one_remembered(tmp_path: Path) -> None:
    HintMemory(tmp_path / ".grader").remember("07", "a", 1)

    assert HintMemory(tmp_path / ".grader").next_level("07", "a") == 2


def test_the_last_hint_stays_the_last(tmp_path: Path) -> None:
    memory = HintMemory(tmp_path)
    memory.remember("07", "a", 3)

    assert memory.next_level("07", "a") == 3


def test_an_earlier_hint_read_again_takes_nothing_back(tmp_path: Path) -> None:
    memory = HintMemory(tmp_path)
    memory.remember("07", "a", 3)

    memory.remember("07", "a", 1)

    assert memory.taken("07", "a") == 3


def test_each_behaviour_has_its_own_hints(tmp_path: Path) -> None:
    memory = HintMemory(tmp_path)
    memory.remember("07", "a", 2)

    assert (memory.taken("07", "b"), memory.taken("08", "a")) == (0, 0)


def test_no_half_written_file_is_left_behind(tmp_path: Path) -> None:
    HintMemory(tmp_path).remember("07", "a", 2)

    assert [path.name for path in tmp_path.iterdir()] == ["hints.json"]


def test_a_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    HintMemory(tmp_path).remember("07", "a", 1)

    def refuse(*_: object) -> None:
        raise OSError("The disk is full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="full"):
        HintMemory(tmp_path).remember("07", "a", 2)

    assert [path.name for path in tmp_path.iterdir()] == ["hints.json"]
    assert HintMemory(tmp_path).taken("07", "a") == 1


@pytest.mark.parametrize(
    "content",
    ["[]", '{"format": 2, "taken": {}}', '{"format": 1}', '{"format": 1, "taken": {"07": 3}}'],
    ids=["list", "newer", "incomplete", "odd"],
)
def test_a_file_of_another_form_is_named_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "hints.json"
    path.write_text(content)

    with pytest.raises(UsageError, match=r"hints.json: is no memory of hints of format 1"):
        HintMemory(tmp_path).remember("07", "a", 1)

    assert path.read_text() == content


def test_a_file_that_is_no_json_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "hints.json"
    path.write_text("{")

    with pytest.raises(UsageError, match=r"hints.json: cannot be read: .* Move it away"):
        HintMemory(tmp_path).next_level("07", "a")

    assert path.read_text() == "{"


def test_where_nothing_can_be_written_the_system_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").touch()

    with pytest.raises(OSError, match="File exists"):
        HintMemory(tmp_path / "state").remember("07", "a", 1)
