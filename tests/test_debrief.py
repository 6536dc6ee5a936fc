"""``grader debrief`` and ``grader diff``: what gives a problem away is for those who solved it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from grader.cli import app
from grader.render.console import open_console
from grader.render.difference import print_difference

ROOT = Path(__file__).parents[1]
RIGHT = "problems/01/right/takes_the_middle.py"
Gold = Callable[[str, str], None]


@pytest.fixture
def kata(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sample workspace, entered, with the command on the path and a terminal of 80 columns."""
    monkeypatch.chdir(sample)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("GRADER_ISOLATION", "none")
    monkeypatch.delenv("GRADER_SOLUTIONS", raising=False)
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: name)
    return sample


@pytest.fixture
def ungraded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test fail where something is graded."""

    def refuse(*_: object) -> None:
        raise AssertionError("graded")

    monkeypatch.setattr("grader.debrief.grade_now", refuse)


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, list(arguments), prog_name="grader", catch_exceptions=False)


def solve(kata: Path, source: str) -> None:
    """Write the learner's solution, its line ends as they are."""
    (kata / "stubs" / "p01_clamp.py").write_text(source, encoding="utf-8", newline="")


def reference(kata: Path) -> str:
    """Return the text of the reference."""
    return (kata / "reference" / "p01_clamp.py").read_text(encoding="utf-8")


# --- debrief ----------------------------------------------------------------------------------


def test_a_debrief_reads_as_agreed(kata: Path, matches_gold: Gold) -> None:
    answer = run("debrief", "01", "--solutions", RIGHT)

    assert answer.exit_code == 0
    matches_gold("debrief.txt", answer.output)


def test_a_pass_is_judged_by_grading_now(kata: Path) -> None:
    assert run("debrief", "01").exit_code == 1
    solve(kata, reference(kata))

    answer = run("debrief", "01")

    assert answer.exit_code == 0
    assert "What it tested" in answer.output


@pytest.mark.parametrize(
    "wrong", ["", "import no_such_package", "def clamp(value, low, high): return value"]
)
@pytest.mark.parametrize(
    ("command", "gives"), [("debrief", "gives the ideas away"), ("diff", "shows the reference")]
)
def test_before_a_pass_one_line_says_how_to_see_it(
    kata: Path, command: str, gives: str, wrong: str
) -> None:
    solve(kata, wrong)

    answer = run(command, "1")

    again = f"grader {command} 01 --anyway"
    assert answer.output == f"Not solved yet, and this {gives}. All the same: {again}\n"
    assert answer.exit_code == 1


def test_the_way_to_see_it_names_the_solutions(kata: Path) -> None:
    wrong = "problems/01/wrong/none_is_zero.py"

    answer = run("diff", "01", "--solutions", wrong)

    assert answer.output.endswith(f"grader diff 01 --anyway --solutions {wrong}\n")


@pytest.mark.usefixtures("ungraded")
@pytest.mark.parametrize("command", ["debrief", "diff"])
def test_anyway_grades_nothing(kata: Path, command: str) -> None:
    answer = run(command, "01", "--anyway")

    assert answer.exit_code == 0
    assert "Not solved yet" not in answer.output


@pytest.mark.parametrize("command", ["debrief", "diff"])
def test_a_failure_of_the_grader_is_no_refusal(
    kata: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(kata / "no such folder"))

    answer = run(command, "01")

    assert answer.exit_code == 3
    assert "no solution is to blame" in answer.stderr
    assert "Not solved yet" not in answer.output


def test_a_debrief_that_is_not_there_is_named(kata: Path) -> None:
    (kata / "problems" / "01" / "debrief.md").unlink()

    answer = run("debrief", "01", "--anyway")

    assert answer.exit_code == 2
    assert "debrief.md: cannot be read" in answer.stderr


def test_a_debrief_is_shown_in_a_copy_without_answers(kata: Path) -> None:
    solve(kata, reference(kata))
    shutil.rmtree(kata / "reference")

    answer = run("debrief", "01")

    assert answer.exit_code == 0
    assert "Trade-offs" in answer.output
    assert "grader diff" not in answer.output


# --- the way there ----------------------------------------------------------------------------


def test_the_scorecard_of_one_solved_problem_names_the_debrief(kata: Path) -> None:
    answer = run("01", "--solutions", "reference")

    assert "\n    Next       grader debrief 01 --solutions reference\n" in answer.output


# --- diff -------------------------------------------------------------------------------------


def test_a_diff_reads_as_agreed(kata: Path, matches_gold: Gold) -> None:
    answer = run("diff", "01", "--solutions", RIGHT)

    assert answer.exit_code == 0
    matches_gold("diff.txt", answer.output)


def test_the_reference_differs_from_itself_in_nothing(kata: Path) -> None:
    answer = run("diff", "01", "--solutions", "reference")

    assert answer.output == "No difference: this is the reference, line by line.\n"


@pytest.mark.usefixtures("ungraded")
@pytest.mark.parametrize("arguments", [[], ["--anyway"]], ids=["solved", "anyway"])
def test_without_a_reference_the_error_says_so(kata: Path, arguments: list[str]) -> None:
    shutil.rmtree(kata / "reference")

    answer = run("diff", "01", *arguments)

    assert answer.exit_code == 2
    assert answer.stderr == (
        "grader: reference/p01_clamp.py: there is no reference solution to compare with.\n"
        "Put it there, or ask whoever gave you this copy of the kata.\n"
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.unlink(), "holds no solution of the problems asked for."),
        (lambda path: [path.unlink(), path.mkdir()], "p01_clamp.py is not a file."),
        (lambda path: path.write_bytes(b"\xff"), "p01_clamp.py is not UTF-8: byte 0 is 0xff."),
        (lambda path: path.write_bytes(b"#" * 1_000_001), "a solution has 1,000,000 at most."),
        (
            lambda path: path.write_bytes(b"\n" * 10_001),
            "has 10,001 lines; 10,000 can be compared.",
        ),
    ],
    ids=["missing", "folder", "not text", "huge", "long"],
)
def test_a_solution_that_cannot_be_read_is_named(
    kata: Path, make: Callable[[Path], object], message: str
) -> None:
    make(kata / "stubs" / "p01_clamp.py")

    answer = run("diff", "01", "--anyway")

    assert answer.exit_code == 2
    assert answer.stderr.startswith("grader: stubs: ")
    assert message in answer.stderr


def test_a_link_out_of_the_folder_is_not_followed(kata: Path) -> None:
    (kata / "secret").write_text("secret")
    (kata / "stubs" / "p01_clamp.py").unlink()
    (kata / "stubs" / "p01_clamp.py").symlink_to(kata / "secret")

    answer = run("diff", "01", "--anyway")

    assert answer.exit_code == 2
    assert "is a link that leads out of its folder" in answer.stderr


def test_no_terminal_obeys_a_solution(kata: Path) -> None:
    solve(kata, "# \x1b]0;owned\x07 \x1b[2J \x9b1m \u202e\x0b\x0c\x85\x08\n")

    answer = run("diff", "01", "--anyway")

    line = r"-# \x1b]0;owned\x07 \x1b[2J \x9b1m \x202e\x0b\x0c\x85\x08"
    assert line in answer.output.splitlines()


def test_the_end_of_a_line_is_no_difference(kata: Path) -> None:
    solve(kata, reference(kata).replace("\n", "\r\n"))

    assert "No difference" in run("diff", "01").output


def test_long_lines_are_not_wrapped(kata: Path) -> None:
    solve(kata, f"# {'long ' * 100}end\n")

    answer = run("diff", "01", "--anyway")

    assert f"-# {'long ' * 100}end" in answer.output.splitlines()


def test_a_diff_has_colours_where_they_are_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["--- a", "+++ b", "@@ -1 +1 @@", " same", "-old", "+new"]

    console = open_console(is_terminal=True, width=80)
    console.print("probe", style="good", end="")
    coloured = capsys.readouterr().out != "probe"
    print_difference(console, lines)
    shown = capsys.readouterr().out
    print_difference(open_console(no_color=True, width=80), lines)

    assert capsys.readouterr().out.splitlines() == lines
    if coloured:
        assert "\x1b[31m-old\x1b[0m\n\x1b[32m+new\x1b[0m\n" in shown
        assert "\n same\n" in shown


def test_a_package_is_compared_module_by_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = shutil.copytree(ROOT / "reference" / "p20_service_layer", tmp_path / "p20_service_layer")
    monkeypatch.chdir(tmp_path)
    (mine / "core" / "errors.py").unlink()
    (mine / "core" / "helpers.py").write_text("HELP = 1\n")
    (mine / "notes.txt").write_text("no module")

    answer = run("diff", "20", "--anyway", "--solutions", str(tmp_path))

    headers = [line for line in answer.output.splitlines() if line[:4] in ("--- ", "+++ ")]
    there = ROOT / "reference" / "p20_service_layer"
    assert headers == [
        "--- /dev/null",
        f"+++ {there}/core/errors.py",
        "--- p20_service_layer/core/helpers.py",
        "+++ /dev/null",
    ]


def test_a_package_of_what_differs_is_laid_over_the_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)

    answer = run("diff", "20", "--anyway", "--solutions", "problems/20/right/immutable_records")

    changed = {line[4:] for line in answer.output.splitlines() if line.startswith("--- ")}
    own = Path("problems/20/right/immutable_records").rglob("*.py")
    assert changed <= {path.as_posix() for path in own}
    assert "problems/20/right/immutable_records/core/models.py" in changed
