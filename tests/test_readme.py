"""What the README lists and shows is what there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.problem import LEVELS, Problem
from grader.workspace import Workspace

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table(problems: Sequence[Problem]) -> str:
    return "\n".join(
        f"| [{p.number} {p.title}](problems/{p.number}/README.md) | {p.level} · {LEVELS[p.level]} "
        f"| {p.points} | {p.minutes} |"
        for p in problems
    )


def test_the_table_lists_every_problem() -> None:
    found = re.findall(r"^\| \[\d\d .*\|$", README, flags=re.MULTILINE)

    assert "\n".join(found) == table(Workspace(ROOT).problems())


def test_the_output_shown_is_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = re.search(r"```console\n\$ grader (.*)\n((?s:.*?))```\n", README)
    assert shown is not None
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    # Whether solutions can be confined here is another matter.
    monkeypatch.setenv("GRADER_ISOLATION", "none")
    monkeypatch.setenv("GRADER_SEED", "7")
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: name)

    answer = CliRunner().invoke(app, shown[1].split())

    assert shown[2].replace(", confined.", ", not confined, as asked.") == answer.stdout


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_each_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
