"""No forgery earns what it did not deserve: `shout` is wrong in every file of hostile/forging."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.engine import Engine, open_engine
from grader.engine.choose import can_fork
from grader.grade import grade
from grader.isolation import Isolation
from grader.outcome import Outcome, Verdict
from grader.probe import Prober
from grader.score import ProblemResult
from grader.workspace import Workspace

pytestmark = pytest.mark.skipif(not can_fork(), reason="needs an engine that forks")

HOSTILE = Path(__file__).parent / "hostile"
TAMPERED, PARTIAL = Verdict.TAMPERED, Verdict.PARTIAL
VERDICTS = {
    "returns_objects_that_equal_everything": TAMPERED,
    "hides_them_in_texts": TAMPERED,
    "patches_the_run_of_tests": TAMPERED,
    "patches_the_call_of_hooks": TAMPERED,
    "patches_the_testkit": TAMPERED,
    "patches_the_reports": TAMPERED,
    "registers_a_plugin": TAMPERED,
    "writes_the_messages_itself": TAMPERED,
    "writes_only_real_tests": PARTIAL,
    "answers_right_only_under_test": PARTIAL,
    "hard_codes_the_examples": PARTIAL,
    "reads_the_expected_value_from_the_stack": PARTIAL,
    "exits_early_with_success": PARTIAL,
    "patches_the_probe": PARTIAL,
}


@pytest.fixture(scope="module")
def kata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the workspace of two tiny problems."""
    root = tmp_path_factory.mktemp("forging") / "workspace"
    return Path(shutil.copytree(HOSTILE / "workspace", root))


@pytest.fixture(scope="module")
def engine(kata: Path) -> Iterator[Engine]:
    """Open an engine as `grader` does."""
    with open_engine(kata, Workspace(kata).problems(), Isolation.BEST) as opened:
        yield opened


def judge(engine: Engine, root: Path, name: str, solution: Path) -> ProblemResult:
    problems = {problem.slug: problem for problem in Workspace(root).problems()}
    prober = Prober(engine, root / "reference", [20_261_122])
    problem = problems[name]
    [result] = grade(engine, [problem], {problem.number: solution}, prober, jobs=1)
    return result


def test_every_forgery_has_its_verdict() -> None:
    forged = {path.stem for path in (HOSTILE / "forging").glob("*.py")}

    assert forged == VERDICTS.keys()


@pytest.mark.parametrize("name", VERDICTS)
def test_a_forgery_earns_nothing(engine: Engine, kata: Path, name: str) -> None:
    result = judge(engine, kata, "p01_tiny", HOSTILE / "forging" / f"{name}.py")

    outcomes = {b.behaviour.id: b.outcome for b in result.behaviours}
    assert outcomes["shouts"] is not Outcome.PASSED
    assert result.verdict is VERDICTS[name]
    if result.verdict is TAMPERED:
        assert result.points == 0
    next_one = judge(engine, kata, "p02_next", kata / "reference" / "p02_next.py")
    assert next_one.verdict is Verdict.SOLVED


def test_the_honest_answer_earns_everything(engine: Engine, kata: Path) -> None:
    result = judge(engine, kata, "p01_tiny", kata / "reference" / "p01_tiny.py")

    assert result.verdict is Verdict.SOLVED
