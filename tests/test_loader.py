"""Read ``problem.toml``: what it gives, and what is said of one that breaks the format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import ProblemFaults
from grader.loader import load_problem, short
from grader.outcome import Outcome
from grader.problem import Behaviour, Budget, Limits, Problem

GOOD = """\
slug = "p07_clamp"
title = "Clamp"
level = 2
minutes = 10
points = 40

[[behaviours]]
id = "below"
title = "It clamps below"
points = 15
hints = ["Where", "Which", "How"]

[[behaviours]]
id = "above"
title = "It clamps above"
points = 25
hints = ["Where", "Which", "How"]

[[wrong]]
name = "forgets_it"
breaks = ["below"]
"""
NO_TABLES = GOOD[: GOOD.index("[[")]
Load = Callable[[str], Problem]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty problem folder."""
    folder = tmp_path / "problems" / "07"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def load(folder: Path) -> Load:
    """Give the function that loads a problem from the text of its ``problem.toml``."""

    def load(text: str) -> Problem:
        (folder / "problem.toml").write_text(text, encoding="utf-8")
        return load_problem(folder)

    return load


def refusal(load: Load, text: str) -> list[str]:
    """Return what is said of a ``problem.toml`` that is refused, a line for each fault."""
    with pytest.raises(ProblemFaults) as caught:
        load(text)
    return str(caught.value).splitlines()


def test_a_problem_is_what_its_file_says(load: Load, folder: Path) -> None:
    problem = load(GOOD)

    assert problem.number == "07"
    assert (problem.slug, problem.title) == ("p07_clamp", "Clamp")
    assert (problem.level, problem.minutes, problem.points) == (2, 10, 40)
    assert problem.behaviours[0] == Behaviour(
        "below", "It clamps below", 15, ("Where", "Which", "How")
    )
    assert problem.statement == folder / "README.md"


def test_limits_and_budget_are_the_usual_ones_unless_given(load: Load) -> None:
    problem = load(GOOD)

    assert problem.limits == Limits(5.0, 30.0)
    assert problem.budget == Budget(0.5, 1.0, None)


def test_limits_may_be_given_as_whole_numbers_or_fractions(load: Load) -> None:
    problem = load(GOOD + "[limits]\ntest_seconds = 2\nproblem_seconds = 7.5\n")

    assert problem.limits == Limits(2.0, 7.5)


def test_a_budget_may_be_raised_by_saying_why(load: Load) -> None:
    problem = load(GOOD + '[budget]\ncpu_seconds = 2\nwhy = "It hashes passwords."\n')

    assert problem.budget == Budget(2.0, 1.0, "It hashes passwords.")


def test_a_wrong_solution_is_a_file(load: Load, folder: Path) -> None:
    [wrong] = load(GOOD).wrong

    assert wrong.path == folder / "wrong" / "forgets_it.py"
    assert wrong.name == "forgets_it"
    assert wrong.breaks == {"below"}
    assert (wrong.family, wrong.ends) == (None, frozenset())


def test_a_wrong_solution_is_a_folder_where_there_is_one(load: Load, folder: Path) -> None:
    (folder / "wrong" / "forgets_it").mkdir(parents=True)

    [wrong] = load(GOOD).wrong

    assert wrong.path == folder / "wrong" / "forgets_it"


def test_a_wrong_solution_may_have_a_family_and_say_how_its_tests_end(load: Load) -> None:
    [wrong] = load(GOOD + 'family = "forgetful"\nends = ["timeout", "crashed"]\n').wrong

    assert wrong.family == "forgetful"
    assert wrong.ends == {Outcome.TIMEOUT, Outcome.CRASHED}


# Each fault: what of the good file to replace, by what, and what is said then.
FAULTS = {
    "slug is missing": ('slug = "p07_clamp"', "", "`slug` is missing. Add `slug`, text"),
    "slug has another number": (
        "p07_clamp",
        "p08_clamp",
        "`slug` is 'p08_clamp'. Make it p07_ and words in lower_case",
    ),
    "slug has a capital": (
        "p07_clamp",
        "p07_Clamp",
        "`slug` is 'p07_Clamp'. Make it p07_ and words in lower_case",
    ),
    "slug is empty": ('"p07_clamp"', '""', "`slug` is empty. Write it"),
    "title is a number": ('"Clamp"', "7", "`title` is 7. Make it text"),
    "title is blank": ('"Clamp"', '" "', "`title` is empty. Write it"),
    "level is unknown": ("level = 2", "level = 5", "`level` is 5. Make it one of 1, 2, 3, 4"),
    "level is missing": ("level = 2", "", "`level` is missing. Add `level`, a whole number"),
    "level is a boolean": ("level = 2", "level = true", "`level` is True. Make it a whole number"),
    "minutes are zero": ("= 10", "= 0", "`minutes` is 0. Make it greater than 0"),
    "minutes are a fraction": ("= 10", "= 1.5", "`minutes` is 1.5. Make it a whole number"),
    "points are missing": (
        "points = 40",
        "",
        "`points` is missing. Add `points`, a whole number",
    ),
    "points are zero": ("points = 40", "points = 0", "`points` is 0. Make it greater than 0"),
    "points do not add up": (
        "points = 40",
        "points = 41",
        "`points` is 41, but the behaviours add up to 40. Make both the same",
    ),
    "unknown key": ("points = 40", "points = 40\ntag = 1", "unknown key `tag`. Take it out"),
    "misspelt key": (
        "points = 40",
        "points = 40\nminute = 1",
        "unknown key `minute`. Did you mean `minutes`?",
    ),
    "limits are a number": (
        "points = 40",
        "points = 40\nlimits = 3",
        "`limits` is 3. Make it a table",
    ),
    "limit is zero": (
        "points = 40",
        "points = 40\nlimits.test_seconds = 0",
        "[limits]: `test_seconds` is 0.0. Make it greater than 0",
    ),
    "limit is no number": (
        "points = 40",
        "points = 40\nlimits.test_seconds = nan",
        "[limits]: `test_seconds` is nan. Make it greater than 0",
    ),
    "limit is infinite": (
        "points = 40",
        "points = 40\nlimits.problem_seconds = inf",
        "[limits]: `problem_seconds` is inf. Make it finite",
    ),
    "unknown limit": (
        "points = 40",
        "points = 40\nlimits.seconds = 3",
        "[limits]: unknown key `seconds`. Did you mean `test_seconds`?",
    ),
    "budget without why": (
        "points = 40",
        "points = 40\nbudget.cpu_seconds = 2",
        "[budget]: a budget other than the usual without `why`. Add `why`, or take it out",
    ),
    "behaviour without an id": (
        'id = "above"',
        "",
        "behaviours[1]: `id` is missing. Add `id`, text",
    ),
    "id is no id": (
        'id = "above"',
        'id = "It is above"',
        "behaviours[1]: `id` is 'It is above'. Make it lower-case words joined by hyphens",
    ),
    "id given twice": (
        'id = "above"',
        'id = "below"',
        "behaviour id `below` is given 2 times. Rename all but one",
    ),
    "title given twice": (
        "It clamps above",
        "It clamps below",
        "behaviour title `It clamps below` is given 2 times. Rename all but one",
    ),
    "behaviour without points": (
        "points = 15",
        "",
        "behaviours[0]: `points` is missing. Add `points`, a whole number",
    ),
    "behaviour with negative points": (
        "points = 15",
        "points = -15",
        "behaviours[0]: `points` is -15. Make it greater than 0",
    ),
    "behaviour with an unknown key": (
        "points = 15",
        "points = 15\nhint = 1",
        "behaviours[0]: unknown key `hint`. Did you mean `hints`?",
    ),
    "two hints": (
        '["Where", "Which", "How"]',
        '["Where", "How"]',
        (
            "behaviours[0]: behaviour `below` has 2 hints. "
            "Give it 3: where to look, which idea, the plan in words"
        ),
    ),
    "no hints": (
        'hints = ["Where", "Which", "How"]',
        "",
        "behaviours[0]: `hints` is missing. Add `hints`, a list",
    ),
    "hint is empty": ('"Which"', '""', "behaviours[0]: `hints[1]` is empty. Write it"),
    "hint is a number": ('"Which"', "2", "behaviours[0]: `hints[1]` is 2. Write it as text"),
    "wrong is no list": (
        "[[wrong]]",
        "[wrong]",
        "`wrong` is {'name': 'forgets_it', 'breaks': ['below']}. Make it a list",
    ),
    "wrong without a name": (
        'name = "forgets_it"',
        "",
        "wrong[0]: `name` is missing. Add `name`, text",
    ),
    "wrong with a path for a name": (
        "forgets_it",
        "wrong/forgets_it.py",
        "wrong[0]: `name` is 'wrong/forgets_it.py'. Make it lower-case words joined by underscores",
    ),
    "wrong without breaks": (
        'breaks = ["below"]',
        "",
        "wrong[0]: `breaks` is missing. Add `breaks`, a list",
    ),
    "wrong breaks nothing": (
        'breaks = ["below"]',
        "breaks = []",
        "wrong[0]: wrong solution `forgets_it` breaks nothing. Name a behaviour that it breaks",
    ),
    "wrong breaks what is nearly a behaviour": (
        'breaks = ["below"]',
        'breaks = ["bellow"]',
        (
            "wrong solution `forgets_it` breaks behaviour `bellow`, which does not exist. "
            "Did you mean `below`?"
        ),
    ),
    "wrong breaks what is no behaviour": (
        'breaks = ["below"]',
        'breaks = ["quick"]',
        (
            "wrong solution `forgets_it` breaks behaviour `quick`, which does not exist. "
            "Name one of below, above"
        ),
    ),
    "wrong ends in an unknown way": (
        "[[wrong]]",
        '[[wrong]]\nends = ["hangs"]',
        "wrong[0]: `ends` has 'hangs'. Use timeout or crashed",
    ),
    "wrong ends in a number": (
        "[[wrong]]",
        "[[wrong]]\nends = [7]",
        "wrong[0]: `ends` has 7. Use timeout or crashed",
    ),
}


@pytest.mark.parametrize(("old", "new", "fault"), FAULTS.values(), ids=FAULTS)
def test_one_fault_is_named_once(load: Load, old: str, new: str, fault: str) -> None:
    assert old in GOOD

    assert refusal(load, GOOD.replace(old, new, 1)) == [f"problems/07/problem.toml: {fault}"]


def test_a_problem_without_behaviours_is_told_so_and_no_more(load: Load) -> None:
    text = NO_TABLES + "behaviours = []\nwrong = []\n"

    assert refusal(load, text) == [
        "problems/07/problem.toml: no behaviours. Add a [[behaviours]] table for each demand"
    ]


def test_a_list_of_something_other_than_tables_is_told_how_to_write_them(load: Load) -> None:
    text = NO_TABLES + 'behaviours = ["below"]\nwrong = []\n'

    assert refusal(load, text) == [
        "problems/07/problem.toml: behaviours[0]: is 'below'. Write it as [[behaviours]]"
    ]


def test_a_wrong_solution_is_given_once(load: Load) -> None:
    text = GOOD + GOOD[GOOD.index("\n[[wrong]]") :]

    assert refusal(load, text) == [
        "problems/07/problem.toml: wrong solution `forgets_it` is given 2 times. Rename all but one"
    ]


def test_all_faults_are_named_at_once(load: Load) -> None:
    faults = refusal(load, GOOD.replace("level = 2", "level = 5").replace("= 10", "= 0"))

    assert [fault.split(": ")[1].split(".")[0] for fault in faults] == [
        "`level` is 5",
        "`minutes` is 0",
    ]


def test_a_missing_file_is_told_to_be_written(folder: Path) -> None:
    with pytest.raises(
        ProblemFaults, match=r"^problems/07/problem\.toml: is missing\. Write it: .*README"
    ):
        load_problem(folder)


def test_a_file_that_cannot_be_read_is_told_why(folder: Path) -> None:
    (folder / "problem.toml").mkdir()

    with pytest.raises(
        ProblemFaults, match=r"cannot be read: Is a directory\. Check its permissions"
    ):
        load_problem(folder)


def test_a_file_that_is_not_utf8_is_told_the_byte(folder: Path) -> None:
    (folder / "problem.toml").write_bytes(b'title = "\xfc"')

    with pytest.raises(ProblemFaults, match=r"is not UTF-8 at byte 9\. Save it as UTF-8"):
        load_problem(folder)


def test_a_file_that_is_not_toml_is_told_the_line(load: Load) -> None:
    with pytest.raises(ProblemFaults, match=r"is not TOML: .*at line 1, .*\. Mend that line"):
        load("title: 7")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/me/kata/problems/07/wrong/a.py", "problems/07/wrong/a.py"),
        ("/home/me/problems/kata/problems/07", "problems/07"),
        ("/home/me/problems/kata/reference/p07_clamp.py", "reference/p07_clamp.py"),
        ("stubs/p07_clamp.py", "stubs/p07_clamp.py"),
        ("/elsewhere/alice.py", "/elsewhere/alice.py"),
    ],
)
def test_a_path_is_named_from_its_place_in_the_workspace(path: str, name: str) -> None:
    assert short(Path(path)) == name
