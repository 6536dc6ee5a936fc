"""What the tests of the gate share: the gate itself, and folders that are wrong in one way each.

Most ways are in files of their own, by what is wrong, so that a run on several cores can share
them out.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.prove import claims, prove_problems
from grader.workspace import Workspace

OVERLAYS = Path(__file__).parents[1] / "broken_problems"
# What an overlay says about itself; everything else in it replaces a file of the sample.
NOTES = ("expected.txt", "deleted.txt", "options.txt")
# The first words of the overlays in which a solution, or what is asked of it, is wrong.
SOLUTIONS = {"wrong", "right", "reference", "stub", "two", "probe", "patterns"}
# In which a text for learners is.
TEXTS = {"statement", "debrief", "hint", "title", "heading", "headings", "section", "first"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give ``overlay`` the names of those of the module's ``KIND``."""
    if "overlay" in metafunc.fixturenames:
        kind = metafunc.module.KIND
        names = sorted(path.name for path in OVERLAYS.glob("[!.]*") if path.is_dir())
        metafunc.parametrize("overlay", [name for name in names if kind_of(name) == kind])


def kind_of(overlay: str) -> str:
    word = overlay.split("_", maxsplit=1)[0]
    return "solutions" if word in SOLUTIONS else "texts" if word in TEXTS else "tests"


@dataclass(frozen=True, slots=True)
class Proof:
    """What ``grader prove`` answered: its exit code, and what it printed, less the seconds."""

    code: int
    text: str

    @property
    def faults(self) -> list[str]:
        """The lines that name a fault, be it in a problem's block or where none could be read."""
        found = re.findall(r"^(?:  ✘ )?((?:problems|reference)/.*)$", self.text, re.MULTILINE)
        return [str(line) for line in found]


@pytest.fixture
def prove(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Proof]:
    """Give the function that proves a workspace in this process, and prints plain text."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    # A tracer in this process, as for coverage, makes the machine look slow.
    monkeypatch.setattr(claims, "slowness", lambda: 1.0)

    def run(root: Path, *, repeat: int = 1, seeds: int = 0, write_patterns: bool = False) -> Proof:
        code = prove_problems(
            Workspace(root),
            [],
            repeat=repeat,
            seeds=seeds,
            probe_seeds=40,
            jobs=2,
            write_patterns=write_patterns,
            no_color=True,
        )
        return Proof(code, re.sub(r"\b(in|take) \d+\.\d\d s", r"\1 _ s", capsys.readouterr().out))

    return run


@pytest.fixture
def lay_over(sample: Path) -> Callable[[str], None]:
    """Give the function that makes the sample wrong in the way that an overlay's name says."""

    def lay(overlay: str) -> None:
        for path in lines(OVERLAYS / overlay / "deleted.txt"):
            (sample / path).unlink()
        ignored = shutil.ignore_patterns(*NOTES)
        shutil.copytree(OVERLAYS / overlay, sample, dirs_exist_ok=True, ignore=ignored)

    return lay


@pytest.fixture
def faults_of() -> Callable[[str], list[str]]:
    """Give the function that returns what the gate has to say of an overlay."""
    return lambda overlay: lines(OVERLAYS / overlay / "expected.txt")


@pytest.fixture
def is_told(
    sample: Path,
    prove: Callable[..., Proof],
    lay_over: Callable[[str], None],
    faults_of: Callable[[str], list[str]],
) -> Callable[[str], None]:
    """Give the function that fails unless the gate says of an overlay just what is wrong."""

    def check(overlay: str) -> None:
        lay_over(overlay)

        proof = prove(sample, **options(OVERLAYS / overlay / "options.txt"))

        expected = faults_of(overlay)
        noun = "fault" if len(expected) == 1 else "faults"
        assert proof.faults == expected
        assert proof.text.endswith(f"\nDoes not hold: {len(expected)} {noun}.\n")
        assert proof.code == 1

    return check


def lines(path: Path) -> list[str]:
    """Return the lines of a note, none where there is no note."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def options(path: Path) -> dict[str, int]:
    """Return the options that a fault needs to be found, such as ``--repeat 3``."""
    words = " ".join(lines(path)).split()
    return {
        name.removeprefix("--"): int(value)
        for name, value in zip(words[::2], words[1::2], strict=True)
    }
