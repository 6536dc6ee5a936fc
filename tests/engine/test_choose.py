"""Which engine is used, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engine import choose, open_engine
from grader.errors import EngineError
from grader.workspace import Workspace


@pytest.mark.parametrize(
    ("forks", "isolation"),
    [(True, "a forked process for each solution"), (False, "a fresh process for each solution")],
    ids=["forks", "cannot fork"],
)
def test_the_engine_is_the_one_that_the_platform_allows(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, forks: bool, isolation: str
) -> None:
    monkeypatch.setattr(choose, "can_fork", lambda: forks)

    with open_engine(tiny, Workspace(tiny).problems()) as engine:
        assert engine.isolation == f"{isolation}, not started yet"


def test_the_engine_is_closed_after_its_block(tiny: Path) -> None:
    with open_engine(tiny, Workspace(tiny).problems()) as engine:
        pass

    with pytest.raises(EngineError, match="closed"):
        engine.tests()
