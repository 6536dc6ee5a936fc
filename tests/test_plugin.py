"""``pytest problems/01``: what a learner sees and what it costs."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.history import Grading, read_history
from grader.outcome import Verdict
from grader.workspace import Workspace

TESTS = Path(__file__).parent
ALL = 10  # the tests of the sample problem, examples among them
SETTINGS = """
[tool.pytest.ini_options]
addopts = ["--import-mode=importlib", "-p", "no:randomly", "-p", "no:cacheprovider"]
asyncio_default_fixture_loop_scope = "function"
filterwarnings = ["error"]
"""


@pytest.fixture
def kata(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return a pytester inside a copy of the sample workspace."""
    shutil.copytree(TESTS / "sample", pytester.path, dirs_exist_ok=True)
    pytester.makepyprojecttoml(SETTINGS)
    monkeypatch.delenv("GRADER_SOLUTIONS", raising=False)
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    monkeypatch.setenv("PATH", "")
    return pytester


def solve(kata: pytest.Pytester, source: str) -> None:
    """Write the learner's solution."""
    (kata.path / "stubs" / "p01_clamp.py").write_text(source, encoding="utf-8")


def shown(result: pytest.RunResult) -> str:
    """Return what was printed, without what differs from one run or machine to the next."""
    text = re.sub(r" in \d+\.\d+s", "", result.stdout.str())
    return re.sub(r"\S*/bin/(grader|pytest)", r"\1", text) + "\n"


@pytest.mark.parametrize(
    ("solutions", "name"),
    [
        ("reference", "pytest_reference.txt"),
        ("stubs", "pytest_stub.txt"),
        ("problems/01/wrong/zero_is_no_bound.py", "pytest_wrong.txt"),
    ],
    ids=["reference", "stub", "wrong"],
)
def test_the_card_reads_as_agreed(
    kata: pytest.Pytester, matches_gold: Callable[[str, str], None], solutions: str, name: str
) -> None:
    result = kata.runpytest("problems/01", "--solutions", solutions)

    matches_gold(name, shown(result))


def test_a_solution_that_does_not_parse_is_one_message(
    kata: pytest.Pytester, matches_gold: Callable[[str, str], None]
) -> None:
    solve(kata, "def clamp(value, low, high:\n    return value\n")

    result = kata.runpytest("problems/01")

    matches_gold("pytest_broken.txt", shown(result))
    assert result.parseoutcomes() == {"errors": ALL}


def test_what_the_solution_printed_is_shown_with_its_failure(kata: pytest.Pytester) -> None:
    solve(kata, "def clamp(value, low, high):\n    print('value is', value)\n")

    result = kata.runpytest("problems/01")

    result.stdout.fnmatch_lines(["*Returned   None", "*Printed    value is *"])


def test_verbose_output_is_pytests_own(kata: pytest.Pytester) -> None:
    result = kata.runpytest("problems/01", "-v")

    result.stdout.fnmatch_lines(
        [
            "problems/01/test_hidden.py::test_zero_is_a_bound FAILED*",
            "*raise NotImplementedError",
            "FAILED problems/01/test_hidden.py::test_zero_is_a_bound*",
        ]
    )
    assert "behaviours ·" not in result.stdout.str()


def test_a_node_id_runs_one_test(kata: pytest.Pytester) -> None:
    node = "problems/01/test_hidden.py::test_zero_is_a_bound"

    result = kata.runpytest(node, "--solutions", "reference")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*? 5 not run, or not all of their tests"])
    assert "Next" not in result.stdout.str()


def test_a_part_of_a_behaviour_that_fails_is_a_failure(kata: pytest.Pytester) -> None:
    result = kata.runpytest(
        "problems/01", "-k", "zero", "--solutions", "problems/01/wrong/zero_is_no_bound.py"
    )

    result.assert_outcomes(failed=1, deselected=ALL - 1)
    result.stdout.fnmatch_lines(["*✘ None is no bound, and nothing else is none"])


def test_the_first_failure_can_end_the_run(kata: pytest.Pytester) -> None:
    result = kata.runpytest("problems/01", "-x")

    result.assert_outcomes(failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_debugger_opens_at_the_failure(kata: pytest.Pytester) -> None:
    solve(kata, "def clamp(value, low, high):\n    raise ValueError(low)\n")
    command = [sys.executable, "-m", "pytest", "problems/01", "--pdb", "-x", "-k", "zero"]

    result = kata.run(*command, stdin=b"p 'low is', low\nq\n", timeout=60)

    result.stdout.fnmatch_lines(["*ValueError: 0", "*('low is', 0)"])


@pytest.mark.parametrize(
    "ending",
    ["raise KeyboardInterrupt", "pytest.exit('bye')", "raise SystemExit", "pytest.skip('no')"],
    ids=["interrupt", "pytest.exit", "exit", "skip"],
)
def test_a_solution_that_ends_the_run_ends_its_own_test_only(
    kata: pytest.Pytester, ending: str
) -> None:
    reference = (kata.path / "reference" / "p01_clamp.py").read_text()
    end = f"import pytest\n    if low == 0: {ending}\n    if low is not None and high"
    solve(kata, reference.replace("if low is not None and high", end))

    result = kata.runpytest("problems/01")

    assert result.parseoutcomes().get("passed") == ALL - 1
    result.stdout.fnmatch_lines(["*✘ None is no bound, and nothing else is none"])


def test_a_real_interrupt_ends_the_run(kata: pytest.Pytester) -> None:
    solve(
        kata,
        "import os, signal\ndef clamp(*args):\n    os.kill(os.getpid(), signal.SIGINT)\n",
    )

    result = kata.runpytest_subprocess("problems/01")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*KeyboardInterrupt*"])


def test_a_test_that_hangs_is_timed_out_with_its_line(kata: pytest.Pytester) -> None:
    metadata = kata.path / "problems" / "01" / "problem.toml"
    metadata.write_text(metadata.read_text() + "\n[limits]\ntest_seconds = 2.0\n")
    solve(
        kata, "def clamp(value, low, high):\n    while low == 0:\n        pass\n    return value\n"
    )

    result = kata.runpytest("problems/01", "-k", "zero")

    result.assert_outcomes(failed=1, deselected=ALL - 1)
    result.stdout.fnmatch_lines(["*Time-out   Did not end in time", "*p01_clamp.py:[23]"])


def test_an_import_that_hangs_hangs_once(kata: pytest.Pytester) -> None:
    metadata = kata.path / "problems" / "01" / "problem.toml"
    metadata.write_text(metadata.read_text() + "\n[limits]\ntest_seconds = 2.0\n")
    solve(kata, "print('importing')\nwhile True:\n    pass\n")

    result = kata.runpytest("problems/01", "-s")

    result.assert_outcomes(errors=ALL)
    assert result.stdout.str().count("importing") == 1


def test_a_solution_may_warn(kata: pytest.Pytester) -> None:
    reference = (kata.path / "reference" / "p01_clamp.py").read_text()
    solve(kata, f"import warnings\nwarnings.warn('old')\n{reference}")

    kata.runpytest("problems/01").assert_outcomes(passed=ALL, warnings=ALL)


def test_the_environment_chooses_the_solutions(
    kata: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_SOLUTIONS", "reference")

    kata.runpytest("problems/01").assert_outcomes(passed=ALL)


def test_solutions_that_are_nowhere_are_a_usage_error(kata: pytest.Pytester) -> None:
    result = kata.runpytest("problems/01", "--solutions", "nowhere")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: nowhere: no such folder or file.", "Give --solutions *"])


def test_a_broken_problem_folder_is_a_usage_error(kata: pytest.Pytester) -> None:
    metadata = kata.path / "problems" / "01" / "problem.toml"
    metadata.write_text(metadata.read_text().replace("level = 1", "level = 9"))

    result = kata.runpytest("problems/01")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*problem.toml: `level` is 9. Make it one of 1, 2, 3, 4"])


def test_other_tests_are_left_alone(kata: pytest.Pytester) -> None:
    kata.makepyfile(test_own="import pytest\n\ndef test_it():\n    raise KeyboardInterrupt\n")

    result = kata.runpytest_subprocess("test_own.py")

    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_several_problems_get_a_card_each(pytester: pytest.Pytester) -> None:
    root = TESTS.parent
    folders = [str(root / "problems" / number) for number in ("01", "02")]

    result = pytester.runpytest_subprocess(
        *folders, "--solutions", "reference", "--rootdir", str(root), "-c", root / "pyproject.toml"
    )

    result.stdout.fnmatch_lines(["01 · *", "*12/12 behaviours*", "02 · *", "*12/12 behaviours*"])


# --- what is remembered ------------------------------------------------------------------------

HALF = "def clamp(value, low, high):\n    return low if value < low else value\n"


def remembered(kata: pytest.Pytester) -> list[Grading]:
    return read_history(Workspace(kata.path))


def test_a_whole_run_is_remembered(kata: pytest.Pytester) -> None:
    solve(kata, HALF)

    kata.runpytest("problems/01")

    [grading] = remembered(kata)
    assert (grading.source, grading.verdict) == ("pytest", Verdict.PARTIAL)
    assert (grading.points, grading.failed) == (15, 3)
    assert grading.seconds > 0


@pytest.mark.parametrize("argument", ["problems", "problems/01/test_hidden.py", "-v"])
def test_any_way_to_run_all_hidden_tests_counts(kata: pytest.Pytester, argument: str) -> None:
    solve(kata, HALF)

    kata.runpytest(argument, *(["problems/01"] if argument == "-v" else []))

    assert len(remembered(kata)) == 1


def test_a_broken_solution_is_remembered(kata: pytest.Pytester) -> None:
    solve(kata, "def clamp(:\n")

    kata.runpytest("problems/01")

    assert [grading.verdict for grading in remembered(kata)] == [Verdict.BROKEN]


HIDDEN_TESTS = "problems/01/test_hidden.py"


@pytest.mark.parametrize(
    "arguments",
    [
        ["problems/01", "-k", "zero"],
        [f"{HIDDEN_TESTS}::test_zero_is_a_bound"],
        ["problems/01/test_examples.py"],
        ["problems/01", "-x"],
        ["problems/01", "--collect-only"],
        ["problems/01", "--deselect", f"{HIDDEN_TESTS}::test_zero_is_a_bound"],
        ["problems/01", "--solutions", "reference"],
        ["problems/01", "--solutions", "stubs/p01_clamp.py"],
    ],
    ids=" ".join,
)
def test_a_part_of_a_run_or_another_solution_is_no_grading(
    kata: pytest.Pytester, arguments: list[str]
) -> None:
    solve(kata, HALF)

    kata.runpytest(*arguments)

    assert remembered(kata) == []


def test_a_run_of_what_failed_last_is_no_grading(kata: pytest.Pytester) -> None:
    settings = kata.path / "pyproject.toml"
    settings.write_text(settings.read_text().replace(', "-p", "no:cacheprovider"', ""))
    solve(kata, HALF)

    kata.runpytest("problems/01")
    result = kata.runpytest("problems/01", "--lf")

    assert result.parseoutcomes() == {"failed": 4}
    assert len(remembered(kata)) == 1


def test_every_hidden_test_by_its_node_id_is_a_grading(kata: pytest.Pytester) -> None:
    solve(kata, HALF)
    ids = kata.runpytest(HIDDEN_TESTS, "--collect-only", "-q").outlines
    ids = [line for line in ids if "::" in line]

    kata.runpytest(*ids[:-1])
    assert remembered(kata) == []

    kata.runpytest(*ids)
    assert len(remembered(kata)) == 1


def test_an_untouched_stub_is_not_remembered(kata: pytest.Pytester) -> None:
    kata.runpytest("problems/01")

    assert not (kata.path / ".grader").exists()


def test_a_damaged_history_costs_a_line_and_nothing_else(kata: pytest.Pytester) -> None:
    (kata.path / ".grader").mkdir()
    (kata.path / ".grader" / "progress.sqlite3").write_bytes(b"no database" * 100)
    solve(kata, (kata.path / "reference" / "p01_clamp.py").read_text())

    result = kata.runpytest("problems/01")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*6/6 behaviours*"])
    [line] = result.errlines
    assert line.startswith("grader: this grading is not remembered: ")
    assert "Move it away" in line


def test_a_run_inside_a_test_leaves_its_loggers(kata: pytest.Pytester) -> None:
    kata.runpytest_inprocess("problems/01")

    assert not logging.getLogger("asyncio").disabled


def test_an_interrupt_that_leaves_a_task_group_spoils_no_card() -> None:
    root = Path(__file__).parents[1]
    solution = "problems/10/right/task_group_of_wrappers.py"
    # In the tests' own order: it is one of the last whose leftovers speak at the end.
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "problems/10"]
    command += ["--solutions", solution]

    alone = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}

    run = subprocess.run(command, cwd=root, env=alone, capture_output=True, text=True, check=False)

    assert run.returncode == 0
    assert "12/12 behaviours" in run.stdout
    assert run.stderr == ""
