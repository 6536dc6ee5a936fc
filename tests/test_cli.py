"""The command ``grader``: what it prints, and its exit codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import grader
from grader.cli import app
from grader.render.console import KataConsole

TESTS = Path(__file__).parent
ROOT = TESTS.parent
Gold = Callable[[str, str], None]
COMMANDS = sorted(vars(typer.main.get_command(app))["commands"])


@dataclass(frozen=True)
class Answer:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def kata(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sample workspace, entered, with the command on the path and a terminal of 80 columns."""
    monkeypatch.chdir(sample)
    monkeypatch.setenv("COLUMNS", "80")
    # What is printed must not depend on what this machine can do.
    monkeypatch.setenv("GRADER_ISOLATION", "none")
    monkeypatch.setenv("GRADER_SEED", "7")
    monkeypatch.delenv("GRADER_SOLUTIONS", raising=False)
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: name)
    return sample


def run(*arguments: str) -> Answer:
    """Run the command in this process."""
    result = CliRunner().invoke(app, list(arguments), prog_name="grader")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


def run_apart(arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "grader", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, **options
    )


def solve(kata: Path, source: str) -> None:
    (kata / "stubs" / "p01_clamp.py").write_text(source, encoding="utf-8")


def second_problem(kata: Path) -> None:
    """Add problem 02, a twin of the first."""
    twin = shutil.copytree(kata / "problems" / "01", kata / "problems" / "02")
    metadata = twin / "problem.toml"
    metadata.write_text(metadata.read_text().replace("p01_clamp", "p02_clamp"))
    for folder in ("stubs", "reference"):
        shutil.copy(kata / folder / "p01_clamp.py", kata / folder / "p02_clamp.py")


# --- run --------------------------------------------------------------------------------------


def test_the_scorecard_of_the_reference_reads_as_agreed(kata: Path, matches_gold: Gold) -> None:
    answer = run("--solutions", "reference")

    assert answer.code == 0
    matches_gold("scorecard_reference.txt", answer.out)


def test_the_scorecard_of_stubs_reads_as_agreed(kata: Path, matches_gold: Gold) -> None:
    answer = run()

    assert answer.code == 1
    matches_gold("scorecard_stubs.txt", answer.out)


def test_a_scorecard_of_half_and_broken_reads_as_agreed(kata: Path, matches_gold: Gold) -> None:
    second_problem(kata)
    solve(kata, "def clamp(value, low, high):\n    return low if value < low else value\n")
    (kata / "stubs" / "p02_clamp.py").write_text("def clamp(value, low, high:\n    return value\n")

    answer = run()

    assert answer.code == 1
    matches_gold("scorecard_half_and_broken.txt", answer.out)


def test_a_crash_a_time_out_and_prints_read_as_agreed(kata: Path, matches_gold: Gold) -> None:
    second_problem(kata)
    metadata = kata / "problems" / "01" / "problem.toml"
    metadata.write_text(metadata.read_text() + "\n[limits]\ntest_seconds = 2.0\n")
    hang = "while (value, low) == (-7, 1): pass"
    solve(kata, f"def clamp(value, low, high):\n    {hang}\n    return value\n")
    (kata / "stubs" / "p02_clamp.py").write_text(
        "import os\n\ndef clamp(value, low, high):\n    print('value', value, flush=True)\n"
        "    os._exit(3)\n"
    )

    matches_gold("scorecard_crash_and_timeout.txt", run().out)


def test_ascii_is_enough_for_a_scorecard(kata: Path, matches_gold: Gold) -> None:
    settings = {"COLUMNS": "80", "GRADER_SEED": "7", "GRADER_ISOLATION": "none"}
    answer = run_apart([], cwd=kata, env={"PYTHONIOENCODING": "ascii", "PATH": "", **settings})

    assert answer.stderr == ""
    matches_gold("scorecard_ascii.txt", re.sub(r"\S*/bin/", "", answer.stdout))


def test_a_letter_that_the_terminal_lacks_does_not_end_the_command(kata: Path) -> None:
    (kata / "problems" / "01" / "README.md").write_text("# 02 · Clamp\n", encoding="utf-8")

    answer = run_apart(["prove"], cwd=kata, env={"PYTHONIOENCODING": "ascii", "PATH": ""})

    assert answer.returncode == 1
    assert "the first heading is '02 \\xb7 Clamp'" in answer.stdout


def test_two_runs_print_the_same(kata: Path) -> None:
    solve(kata, "def clamp(value, low, high):\n    return object()\n")

    assert run().out == run("run", "--jobs", "1").out


def test_a_solution_that_is_not_there_is_to_do(kata: Path) -> None:
    second_problem(kata)
    (kata / "stubs" / "p02_clamp.py").unlink()

    answer = run()

    assert answer.code == 1
    assert re.search(r"02 +Clamp +\?{6} +0/30 +to do", answer.out)
    assert "\nNot there: p02_clamp.py.\n" in answer.out


def test_json_has_every_figure(kata: Path, matches_gold: Gold) -> None:
    answer = run("--format", "json", "--solutions", "problems/01/wrong/zero_is_no_bound.py")

    assert answer.code == 1
    text = re.sub(r'"seconds": [\d.]+', '"seconds": 0.0', answer.out)
    matches_gold("scorecard.json", text.replace(str(kata), "KATA"))


def test_json_adds_up(kata: Path) -> None:
    second_problem(kata)

    data = json.loads(run("--format", "json", "--solutions", "reference").out)

    assert (data["points"], data["max"], data["solved"], data["problems_total"]) == (60, 60, 2, 2)
    assert data["levels"][0]["points"] == 60
    for problem in data["problems"]:
        assert sum(entry["points"] for entry in problem["behaviours"]) == problem["points"] == 30


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["99"], "grader: There is no problem 99."),
        (["--solutions", "nowhere"], "grader: nowhere: no such folder or file."),
        (["--solutions", "problems"], "grader: problems: holds no solution of the problems asked"),
        (["--jobs", "0"], "Invalid value for '--jobs'"),
        (["--format", "xml"], "Invalid value for '--format'"),
        (["--no-such-option"], "No such option: --no-such-option"),
        (["hint"], "Missing argument 'NN'"),
        (["hint", "01", "--level", "4"], "Invalid value for '--level'"),
        (["reset"], "Missing argument 'NN'"),
        (["reset", "99"], "grader: There is no problem 99."),
        (["reset", "01", "--restore"], "holds no backup of problem 01."),
        (["interview", "--minutes", "5", "--count", "1"], "grader: 5 minutes are too few"),
        (["interview", "--count", "2"], "grader: There are 1 such problems, not 2."),
        (["interview", "--level", "4"], "grader: There is no problem of level 4."),
    ],
    ids=str,
)
def test_bad_input_is_named_and_ends_with_2(kata: Path, arguments: list[str], message: str) -> None:
    answer = run(*arguments)

    assert answer.code == 2
    assert message in " ".join(answer.err.split())


def test_a_broken_problem_folder_is_named_and_ends_with_2(kata: Path) -> None:
    (kata / "problems" / "01" / "problem.toml").write_text("slug = \n")

    answer = run()

    assert answer.code == 2
    assert answer.err.startswith("grader: problems/01/problem.toml: is not TOML: Invalid value")


def test_tests_that_cannot_be_collected_are_named_and_end_with_2(kata: Path) -> None:
    (kata / "problems" / "01" / "test_hidden.py").write_text("def f(:\n")

    answer = run()

    assert answer.code == 2
    assert "problems/01/test_hidden.py: cannot be collected" in answer.err


def test_a_failure_of_the_grader_ends_with_3_and_blames_nobody(
    kata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(kata / "no such folder"))

    answer = run()

    assert answer.code == 3
    assert "no such folder" in answer.out + answer.err
    assert "no solution is to blame" in answer.err


def test_a_reader_that_leaves_early_changes_nothing(kata: Path) -> None:
    command = [sys.executable, "-m", "grader"]
    with subprocess.Popen(
        command, cwd=kata, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert (process.stderr.read(), process.wait(timeout=60)) == (b"", 1)


def test_no_color_means_no_escape_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.render.console import open_console

    with_color = open_console(is_terminal=True)
    assert with_color.color_system is not None or with_color.is_dumb_terminal
    assert open_console(no_color=True, is_terminal=True).no_color
    monkeypatch.setenv("NO_COLOR", "1")
    assert open_console(is_terminal=True).no_color


def test_a_wide_terminal_is_not_used_in_full() -> None:
    from grader.render.console import MAX_WIDTH, open_console

    console = open_console(width=300)

    assert isinstance(console, KataConsole)
    assert console.width == MAX_WIDTH


# --- list, show, hint -------------------------------------------------------------------------


def test_the_problems_are_listed_by_level(kata: Path, matches_gold: Gold) -> None:
    second_problem(kata)

    matches_gold("list.txt", run("list").out)


def test_a_statement_is_shown(kata: Path) -> None:
    answer = run("show", "1")

    assert answer.code == 0
    assert "01 · Clamp" in answer.out
    assert "1. A value within the bounds comes back" in answer.out


def test_code_is_shown_in_whole_lines(kata: Path) -> None:
    long = f"def clamp({', '.join(f'argument_{number}: int' for number in range(9))}): ..."
    (kata / "problems" / "01" / "README.md").write_text(f"# 01\n\n```python\n{long}\n```\n\nEnd\n")

    assert f"\n {long}\n\nEnd" in run("show", "1").out


def test_a_statement_that_cannot_be_read_is_named(kata: Path) -> None:
    (kata / "problems" / "01" / "README.md").unlink()

    answer = run("show", "1")

    assert answer.code == 2
    assert "README.md: cannot be read" in answer.err


def test_hints_come_one_after_the_other(kata: Path) -> None:
    answers = [run("hint", "01") for _ in range(4)]
    last = "All three hints are taken"

    assert [re.findall(r"Hint \d of 3", answer.out) for answer in answers] == [
        [f"Hint {level} of 3"] for level in (1, 2, 3, 3)
    ]
    assert "Try the bounds themselves as values" in answers[0].out
    assert [last in answer.out for answer in answers] == [False, False, False, True]
    assert "To read them again: grader hint 01 --level 1, or 2, or 3\n" in answers[3].out


def test_a_hint_can_be_asked_for_by_level(kata: Path) -> None:
    answer = run("hint", "01", "--level", "3")

    assert answer.code == 0
    assert "Hint 3 of 3" in answer.out


def test_a_hint_that_was_asked_for_by_level_is_no_surprise(kata: Path) -> None:
    run("hint", "01", "--level", "3")

    assert "All three hints are taken" not in run("hint", "01", "--level", "1").out


def test_hints_are_for_the_first_behaviour_that_fails(kata: Path) -> None:
    wrong = "problems/01/wrong/raises_type_error.py"

    answer = run("hint", "01", "--solutions", wrong)

    assert "Bounds that are crossed raise ValueError" in answer.out


def test_a_solved_problem_has_no_hint(kata: Path) -> None:
    answer = run("hint", "01", "--solutions", "reference")

    assert answer.code == 0
    assert "Solved: there is nothing left to hint at." in answer.out


def test_a_broken_solution_gets_its_error_instead_of_a_hint(kata: Path) -> None:
    solve(kata, "import no_such_package\n")

    answer = run("hint", "01")

    assert "No module named 'no_such_package'" in " ".join(answer.out.split())
    assert "Hint" not in answer.out


def test_a_hint_is_shown_even_if_it_cannot_be_remembered(kata: Path) -> None:
    (kata / ".grader").write_text("in the way")

    answer = run("hint", "01")

    assert answer.code == 0
    assert "Hint 1 of 3" in answer.out
    assert "this hint is not remembered" in answer.err


# --- what is remembered -----------------------------------------------------------------------

HALF = "def clamp(value, low, high):\n    return low if value < low else value\n"


def reference(kata: Path) -> str:
    return (kata / "reference" / "p01_clamp.py").read_text()


def test_hints_stand_on_the_scorecard(kata: Path, matches_gold: Gold) -> None:
    second_problem(kata)
    solve(kata, HALF)
    (kata / "stubs" / "p02_clamp.py").write_text(HALF)
    for number in ("01", "02", "02", "02"):
        run("hint", number)

    matches_gold("scorecard_hints.txt", run().out)


def test_no_hint_is_shown_that_was_not_taken(kata: Path) -> None:
    solve(kata, HALF)

    answer = run()

    assert "grader hint 01" in answer.out
    assert "Hint " not in answer.out


def test_what_was_not_begun_takes_one_row(kata: Path, matches_gold: Gold) -> None:
    second_problem(kata)

    matches_gold("scorecard_fresh.txt", run().out)


def test_a_hint_for_an_untouched_stub_stands_on_its_own_scorecard(kata: Path) -> None:
    run("hint", "01")

    assert "Hint 1/3" in run("01").out


@pytest.mark.parametrize(("solutions", "hints"), [("stubs", 1), ("reference", None)])
def test_json_has_the_hints_of_ones_own_solutions(
    kata: Path, solutions: str, hints: int | None
) -> None:
    run("hint", "01")

    [problem] = json.loads(run("--format", "json", "--solutions", solutions).out)["problems"]

    assert problem["hints"] == hints


def test_a_damaged_memory_of_hints_stops_no_grading(kata: Path) -> None:
    (kata / ".grader").mkdir()
    (kata / ".grader" / "hints.json").write_text("{")

    answer = run()

    assert "hints.json: cannot be read" in answer.err
    assert "Total" in answer.out


def test_gradings_are_remembered(kata: Path) -> None:
    solve(kata, HALF)
    run()
    solve(kata, reference(kata))
    run("01")

    [problem] = json.loads(run("progress", "--format", "json").out)["problems"]

    assert (problem["state"], problem["best"], problem["attempts"]) == ("solved", 30, 2)


@pytest.mark.parametrize(
    "arguments",
    [["--solutions", "reference"], ["--solutions", "stubs/p01_clamp.py"], ["prove"]],
    ids=["reference", "file", "prove"],
)
def test_the_solutions_of_others_are_not_remembered(kata: Path, arguments: list[str]) -> None:
    run(*arguments)

    assert run("progress").out == "Nothing graded yet: `grader next` says where to begin.\n"
    assert not (kata / ".grader").exists()


def test_an_interrupt_keeps_what_was_graded(kata: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import grader.relay

    solve(kata, HALF)
    real = vars(grader.relay)["grade"]

    def interrupted(*arguments: Any, **options: Any) -> Any:
        yield from real(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.relay.grade", interrupted)

    assert run().code == 130
    assert json.loads(run("progress", "--format", "json").out)["problems"][0]["attempts"] == 1


def test_a_damaged_history_stops_no_grading_and_no_more_than_progress(kata: Path) -> None:
    (kata / ".grader").mkdir()
    (kata / ".grader" / "progress.sqlite3").write_bytes(b"no database" * 100)
    solve(kata, HALF)

    graded, progress, advice = run(), run("progress"), run("next")

    assert graded.code == 1
    assert "15/30" in graded.out
    [line] = graded.err.splitlines()
    assert line.startswith("grader: this grading is not remembered: ")
    assert (progress.code, advice.code) == (2, 2)
    assert "is damaged (file is not a database). Move it away" in progress.err


def test_the_next_step_is_named(kata: Path) -> None:
    solve(kata, HALF)
    assert "You have begun it, and not graded it yet." in run("next").out

    run()
    assert "grader hint 01" in run("next").out


def test_a_reset_is_told_and_can_be_taken_back(kata: Path) -> None:
    solve(kata, HALF)
    mine = kata / "stubs" / "p01_clamp.py"

    answers = [run("reset", "1"), run("reset", "1"), run("reset", "1", "--restore")]

    assert [answer.code for answer in answers] == [0, 0, 0]
    assert answers[0].out.startswith(
        "stubs/p01_clamp.py is the untouched stub again.\n"
        "What was there is kept: .grader/backup/p01_clamp."
    )
    assert answers[0].out.endswith("To get it back: grader reset 01 --restore\n")
    assert answers[1].out == ("stubs/p01_clamp.py is the untouched stub already: nothing to do.\n")
    assert answers[2].out == "stubs/p01_clamp.py is your newest backup again.\n"
    assert mine.read_text() == HALF


def test_a_reset_of_what_was_solved_is_no_slip(kata: Path) -> None:
    solve(kata, reference(kata))
    run()
    run("reset", "1")
    solve(kata, HALF)
    run()

    [problem] = json.loads(run("progress", "--format", "json").out)["problems"]

    assert (problem["state"], problem["best"]) == ("begun", 30)


def test_what_a_link_led_to_is_told(kata: Path) -> None:
    mine = kata / "stubs" / "p01_clamp.py"
    mine.unlink()
    mine.symlink_to("elsewhere.py")

    assert "It was a link to elsewhere.py, where nothing has changed.\n" in run("reset", "1").out


def test_an_interview_is_read_from_a_pipe(kata: Path) -> None:
    command = ["interview", "--count", "1", "--seed", "1", "--isolation", "none"]
    second = ["hint", "01"]

    answer = run_apart(command, cwd=kata, input="t\ng\nd\n")

    assert (answer.returncode, answer.stderr) == (1, "")
    assert "45 min left." in answer.stdout
    assert "0/30 points" in answer.stdout
    assert run_apart(second, cwd=kata).returncode == 0


def test_hints_are_refused_during_an_interview(kata: Path) -> None:
    from datetime import UTC, datetime

    from grader.interviews import begin
    from grader.workspace import Workspace

    workspace = Workspace(kata)
    begin(workspace, workspace.problems(), minutes=45, seed=1, now=datetime.now(UTC))

    answer = run("hint", "01")

    assert answer.code == 2
    assert "no hints until it ends" in answer.err


# --- the rest ---------------------------------------------------------------------------------


def test_the_version_is_told() -> None:
    assert run("--version").out == f"grader {grader.__version__}\n"


def test_help_names_the_commands() -> None:
    answer = run("--help")

    assert answer.code == 0
    assert all(name in answer.out for name in ("run", "list", "show", "hint", "prove"))


def test_every_command_is_described_in_one_line() -> None:
    commands = run("--help").out.partition("Commands:\n")[2]

    assert len(commands.splitlines()) == len(COMMANDS)
    assert "..." not in commands


@pytest.mark.parametrize(
    "command",
    [[], *([name] for name in COMMANDS)],
    ids=str,
)
def test_help_has_a_short_name(command: list[str]) -> None:
    short, long = run(*command, "-h"), run(*command, "--help")

    assert (short.code, short.out) == (0, long.out)
    assert "-h, --help" in " ".join(short.out.split())


def test_an_interrupt_ends_with_130(kata: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.run.give_hint", interrupted)

    answer = run("hint", "01")

    assert (answer.code, answer.err) == (130, "grader: interrupted\n")


def test_the_command_starts_as_a_module() -> None:
    answer = run_apart(["--version"])

    assert (answer.returncode, answer.stdout) == (0, f"grader {grader.__version__}\n")
