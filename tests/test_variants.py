"""The diagnosis is right about solutions that nobody made it from.

``tests/variants`` has wrong solutions written from a misconception's sentence and the statement.
The first line of each says which known-wrong solution it is a variant of. Some are a right solution
of the problem with few lines replaced; of those, the lines are there.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.diagnosis import Diagnosis, diagnose
from grader.engine import open_engine
from grader.grade import grade
from grader.isolation import Isolation
from grader.outcome import Verdict
from grader.patterns import read_patterns
from grader.problem import Problem
from grader.prove.record import sentence_of
from grader.score import ProblemResult
from grader.workspace import Workspace

ROOT = Path(__file__).parents[1]
PROBLEMS = {problem.number: problem for problem in Workspace(ROOT).problems()}
VARIANTS = sorted((ROOT / "tests" / "variants").glob("[0-9][0-9]_*"))


@dataclass(frozen=True, slots=True)
class Case:
    """A variant, what its author thinks, and what was said of it."""

    name: str
    thinks: str
    result: ProblemResult
    said: Diagnosis | None

    @property
    def is_right(self) -> bool:
        return self.said is not None and self.thinks in self.said.thinks

    def __str__(self) -> str:
        return f"{self.name}: {self.thinks} Said: {self.said and self.said.thinks}"


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """Grade every variant, as many problems at a time as there are cores."""
    problems = tuple(PROBLEMS.values())
    with open_engine(ROOT, problems, Isolation.BEST) as engine:
        found = []
        for turn in turns(VARIANTS):
            those = [PROBLEMS[variant.name[:2]] for variant in turn]
            folder = tmp_path_factory.mktemp("variants")
            paths = {variant.name[:2]: laid_out(variant, folder) for variant in turn}
            results = grade(engine, those, paths, jobs=2)
            found += [case_of(*pair) for pair in zip(turn, results, strict=True)]
    return found


def turns(variants: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the first variant of each problem, then the second ones, and so on."""
    left = list(variants)
    while left:
        first = {variant.name[:2]: variant for variant in reversed(left)}
        turn = [variant for variant in left if first[variant.name[:2]] is variant]
        left = [variant for variant in left if variant not in turn]
        yield turn


def laid_out(variant: Path, folder: Path) -> Path:
    """Return a solution: a file as it is, or what differs laid over what is right."""
    if variant.suffix == ".toml":
        return replaced(variant, folder)
    if variant.is_file():
        return variant
    name = PROBLEMS[variant.name[:2]].solution_name
    whole = shutil.copytree(ROOT / "reference" / name, folder / variant.name)
    return shutil.copytree(variant, whole, dirs_exist_ok=True)


def replaced(variant: Path, folder: Path) -> Path:
    """Return a right solution of the problem with some of its lines replaced."""
    data = tomllib.loads(variant.read_text(encoding="utf-8"))
    base = PROBLEMS[variant.name[:2]].folder / "right" / data["base"]
    text = base.read_text(encoding="utf-8")
    for part in data["replace"]:
        assert text.count(part["old"]) == 1, f"{variant.name}: not once in {base}:\n{part['old']}"
        text = text.replace(part["old"], part["new"])
    whole = folder / f"{variant.stem}.py"
    whole.write_text(text, encoding="utf-8")
    return whole


def case_of(variant: Path, result: ProblemResult) -> Case:
    return Case(variant.name, thought_of(variant), result, diagnose(result))


def thought_of(variant: Path) -> str:
    """Return what the known-wrong solution thinks of which this is a variant."""
    if variant.suffix == ".toml":
        name = tomllib.loads(variant.read_text(encoding="utf-8"))["of"]
    else:
        name = sentence_of(variant).removeprefix("Variant of ").removesuffix(".")
    patterns = read_patterns(PROBLEMS[variant.name[:2]].folder)
    assert patterns is not None
    return next(known.thinks for known in patterns.known if known.name == name)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda problem: problem.slug)
def test_every_problem_has_a_variant(problem: Problem) -> None:
    assert [variant for variant in VARIANTS if variant.name.startswith(f"{problem.number}_")]


def test_every_variant_is_wrong_in_part(cases: list[Case]) -> None:
    assert {case.name: case.result.verdict for case in cases} == {
        variant.name: Verdict.PARTIAL for variant in VARIANTS
    }


def test_where_the_diagnosis_speaks_it_is_right_in_eight_of_ten_cases(cases: list[Case]) -> None:
    spoken = [case for case in cases if case.said is not None]
    wrong = [case for case in spoken if not case.is_right]

    report = "\n".join(map(str, wrong))
    assert len(wrong) * 5 <= len(spoken), f"wrong about {len(wrong)} of {len(spoken)}:\n{report}"


def test_a_sure_diagnosis_is_never_about_another_misconception(cases: list[Case]) -> None:
    sure = [case for case in cases if case.said is not None and case.said.is_sure]

    assert [str(case) for case in sure if not case.is_right] == []


def test_the_diagnosis_speaks_about_more_than_half(cases: list[Case]) -> None:
    silent = [case for case in cases if case.said is None]

    report = "\n".join(map(str, silent))
    assert len(silent) * 2 < len(cases), f"silent about {len(silent)} of {len(cases)}:\n{report}"
