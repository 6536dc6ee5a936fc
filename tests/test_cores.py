"""Staying on a core: possible on Linux, and never an error."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader import cores

linux = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")


@linux
@pytest.mark.parametrize("name", ["python3", "a name) with 7 words"])
def test_it_is_the_core_that_the_kernel_names(
    monkeypatch: pytest.MonkeyPatch, name: str, tmp_path: Path
) -> None:
    asked = []
    monkeypatch.setattr(os, "sched_setaffinity", lambda pid, those: asked.append((pid, those)))
    fields = " ".join(str(number) for number in range(4, 53))
    (tmp_path / "stat").write_text(f"42 ({name}) R {fields}\n", encoding="utf-8")
    monkeypatch.setattr(cores, "_STAT", tmp_path / "stat")

    cores.stay_on_core()

    assert asked == [(0, [39])], "the core is field 39 of /proc/self/stat"


@linux
@pytest.mark.parametrize("text", [None, "", "42 (python3) R 1 2"])
def test_where_the_core_is_unknown_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "stat").write_text(text, encoding="utf-8")
    monkeypatch.setattr(cores, "_STAT", tmp_path / "stat")
    before = os.sched_getaffinity(0)

    cores.stay_on_core()

    assert os.sched_getaffinity(0) == before


def test_systems_that_know_no_affinity_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)

    cores.stay_on_core()

    assert cores.available_cores() == os.cpu_count()


@pytest.mark.skipif(sys.platform != "linux", reason="the file is Linux's")
def test_the_kernel_names_a_core_of_this_machine() -> None:
    assert cores.current_core() in range(os.cpu_count() or 1)
