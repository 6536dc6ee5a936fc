"""No forgery earns what it did not deserve: `shout` is wrong in every file of hostile/forging."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.engine import Engine, open_engine
from grader.engine.choose import can_fork
from grader.grade import grade
from grader.isolation import Isolation, lacking, survey
from grader.outcome import Outcome, Verdict
from grader.probe import Prober
from grader.score import ProblemResult
from grader.workspace import Workspace

pytestmark = pytest.mark.skipif(not can_fork(), reason="needs an engine that forks")

HOSTILE = Path(__file__).parent / "hostile"
TAMPERED, PARTIAL, BROKEN = Verdict.TAMPERED, Verdict.PARTIAL, Verdict.BROKEN
# Where it depends on the places of the canaries.
EITHER = "either"
VERDICTS: dict[str, Verdict | str] = {
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
    "changes_reports_as_output_is_flushed": TAMPERED,
    "changes_reports_as_time_is_read": TAMPERED,
    "gives_failure_another_name": TAMPERED,
    "profiles_the_reports": TAMPERED,
    "replaces_json_dumps": TAMPERED,
    "replaces_os_write": TAMPERED,
    "replaces_what_speaks": TAMPERED,
    "answers_for_every_behaviour": PARTIAL,
    "changes_the_expectation_by_a_tracer": EITHER,
    "changes_the_expected_constant": PARTIAL,
    "changes_the_tables_of_encode": PARTIAL,
    "crashes_the_first_canary": TAMPERED,
    "ends_when_it_is_asked": PARTIAL,
    "equals_everything_only_for_tests": PARTIAL,
    "forges_the_steps": PARTIAL,
    "forgives_failures_in_shout": PARTIAL,
    "goes_on_in_a_thread": PARTIAL,
    "hangs_when_it_is_asked": PARTIAL,
    "has_its_canaries_fail": PARTIAL,
    "knows_canaries_by_their_closures": PARTIAL,
    "leaves_a_note_for_the_next_try": PARTIAL,
    "lets_every_call_give": TAMPERED,
    "looks_for_the_answer_in_memory": PARTIAL,
    "loses_the_ends_of_canaries": TAMPERED,
    "reads_the_reference": PARTIAL,
    "replaces_modules": PARTIAL,
    "replaces_the_loader": PARTIAL,
    "replaces_the_questions": PARTIAL,
    "rewrites_its_own_file": PARTIAL,
    "says_it_is_broken_when_asked": PARTIAL,
    "says_its_own_end_first": PARTIAL,
    "swaps_the_code_of_the_tests": PARTIAL,
    "writes_what_is_hard_to_read": PARTIAL,
    "is_broken_and_passes": BROKEN,
    "is_broken_at_the_second_try": BROKEN,
    "breaks_the_probes_own_code": PARTIAL,
    "says_the_grader_failed": PARTIAL,
    "knows_the_words_of_probes": PARTIAL,
    "nests_its_answers_too_deep": PARTIAL,
    "digs_folders_while_it_is_asked": PARTIAL,
    "fails_in_the_tests": PARTIAL,
    "fails_without_a_word": PARTIAL,
}


# Without walls, these find on the disk what is to be hidden from them.
NEED_WALLS = {
    "reads_the_reference",
    "rewrites_its_own_file",
    "leaves_a_note_for_the_next_try",
}


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
    if name in NEED_WALLS and lacking(survey()):
        pytest.skip("solutions cannot be confined here")

    result = judge(engine, kata, "p01_tiny", HOSTILE / "forging" / f"{name}.py")

    outcomes = {b.behaviour.id: b.outcome for b in result.behaviours}
    assert outcomes["shouts"] is not Outcome.PASSED
    assert result.verdict in {TAMPERED, PARTIAL, BROKEN}
    assert VERDICTS[name] in {result.verdict, EITHER}
    if result.verdict is TAMPERED:
        assert result.points == 0
    next_one = judge(engine, kata, "p02_next", kata / "reference" / "p02_next.py")
    assert next_one.verdict is Verdict.SOLVED


def test_what_was_not_asked_for_is_never_loaded_and_listed(
    kata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kata)

    answer = CliRunner().invoke(
        app, ["01", "--solutions", str(HOSTILE / "submission"), "--format", "json"]
    )

    result = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert result["problems"][0]["verdict"] == "solved"
    assert result["problems"][0]["output"] == ""
    assert result["ignored"] == [
        *("conftest.py", "helpers.py", "json.py", "pyproject.toml", "pytest", "pytest.ini"),
        *("random.py", "sitecustomize.py", "usercustomize.py"),
    ]


def test_what_is_left_out_is_named_on_the_scorecard(
    kata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kata)

    answer = CliRunner().invoke(app, ["01", "--solutions", str(HOSTILE / "submission")])

    line = "Not looked at: conftest.py, helpers.py, json.py, pyproject.toml, pytest and 4 more."
    assert line in " ".join(answer.stdout.split())


def test_the_honest_answer_earns_everything(engine: Engine, kata: Path) -> None:
    result = judge(engine, kata, "p01_tiny", kata / "reference" / "p01_tiny.py")

    assert result.verdict is Verdict.SOLVED


@pytest.mark.xfail(
    strict=True,
    reason="a right answer that never changes can be said by code that knows it and this grader",
)
def test_an_answer_that_never_changes_must_not_earn_its_points() -> None:
    root = HOSTILE.parents[1]
    [problem] = Workspace(root).problems(["01"])
    solution = HOSTILE / "open" / "says_what_never_changes.py"

    with open_engine(root, [problem], Isolation.BEST) as engine:
        prober = Prober(engine, root / "reference", [7])
        [result] = grade(engine, [problem], {"01": solution}, prober, jobs=1)

    assert result.points == 0
