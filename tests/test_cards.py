"""What goes wrong in the first hour has a card of its own, under pytest and under the command.

Each gold file in ``tests/gold/cards`` holds both, at 80 columns.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
SETTINGS = """
[tool.pytest.ini_options]
addopts = ["--import-mode=importlib", "-p", "no:randomly", "-p", "no:cacheprovider"]
asyncio_default_fixture_loop_scope = "function"
filterwarnings = ["error"]
"""
# A body that returns what is asked for, whatever stands around it.
RIGHT = """
if None not in (low, high) and low > high:
    raise ValueError(low, high)
if low is not None and value < low:
    return low
return high if high is not None and value > high else value
"""


def clamp(body: str, head: str = "def clamp(value, low, high):", before: str = "") -> str:
    """Return a solution: what comes first, the line with ``def``, and its body."""
    return before + head + "\n" + textwrap.indent(body.strip("\n"), "    ") + "\n"


SOLUTIONS: Mapping[str, str | bytes] = {
    "syntax": "def clamp(value, low, high:\n    return value\n",
    "tabs": "def clamp(value, low, high):\n        if value:\n\treturn value\n",
    "no_indentation": "def clamp(value, low, high):\nreturn value\n",
    "merge": "<<<<<<< HEAD\n" + clamp(RIGHT),
    "prompt": ">>> def clamp(value, low, high):\n...     return value\n",
    "empty": "\n",
    "not_utf8": clamp(RIGHT, before="# caf\xe9\n").encode("latin-1"),
    "utf16": clamp(RIGHT).encode("utf-16"),
    "missing_name": clamp(RIGHT, "def clampp(value, low, high):"),
    "signature": clamp("return value", "def clamp(value, bounds):"),
    "not_installed": clamp(RIGHT, before="import requests_of_nobody\n"),
    "misspelt_import": clamp(RIGHT, before="import asycio\n"),
    "imports_itself": clamp(RIGHT, before="from p01_clamp import bounds\n"),
    "forgotten_import": clamp(RIGHT, "def clamp(value: Any, low, high):"),
    "import_hangs": "while True: pass\n",
    "import_exits": clamp(RIGHT, before="import sys\n\n") + "\n\nsys.exit(clamp(1, 2, 3))\n",
    "import_ends_the_process": "import os\n\nos._exit(4)\n",
    "import_asks": "value = input()\n",
    "time_out": clamp("while (value, low) == (-7, 1): pass\n" + RIGHT),
    "recursion": clamp("if value < 0:\n    return clamp(value, low, high)\n" + RIGHT),
    "exits": clamp("if value == -7:\n    sys.exit('too low')\n" + RIGHT, before="import sys\n\n"),
    "ends_the_process": clamp("if value < 0:\n    os._exit(0)\n" + RIGHT, before="import os\n\n"),
    "printed": clamp("print('clamping')\nprint(max(value, low or value))"),
    "async": clamp(RIGHT, "async def clamp(value, low, high):"),
    "coroutine_returned": "async def inner(value):\n    return value\n\n\n"
    + clamp("return inner(value)"),
    "never_awaited": "async def log(value):\n    print(value)\n\n\n"
    + clamp("log(value)\nreturn value"),
    "no_return": clamp("value = max(value, low or 0)"),
    "a_way_without_return": clamp("if low is not None and value < low:\n    return low"),
    "half": clamp(
        "if low is not None and value >= low:\n    return value\nraise NotImplementedError"
    ),
    "raised": clamp("return max(low, min(value, high))"),
}


@dataclass(frozen=True)
class Shown:
    """What was printed for each kind of mistake: by pytest, and by the command."""

    by_pytest: Mapping[str, str]
    by_grader: Mapping[str, str]


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Run both once over a workspace with a problem for each mistake, all of them alike."""
    root = tmp_path_factory.mktemp("mistakes")
    shutil.copytree(TESTS / "sample", root, dirs_exist_ok=True)
    (root / "pyproject.toml").write_text(SETTINGS)
    for number, solution in zip(numbers(), SOLUTIONS.values(), strict=True):
        add_problem(root, number, solution)
    return Shown(
        cards(run(root, "pytest", "problems"), r"\n\n\d+ [a-z]+"),
        cards(run(root, "grader"), r"\n\nIsolation: "),
    )


def numbers() -> list[str]:
    return [f"{number:02}" for number in range(1, len(SOLUTIONS) + 1)]


def add_problem(root: Path, number: str, solution: str | bytes) -> None:
    """Add a twin of the sample problem, hurried, and the learner's solution."""
    twin = root / "problems" / number
    if number != "01":
        shutil.copytree(root / "problems" / "01", twin)
    metadata = twin / "problem.toml"
    limits = "" if number != "01" else "\n[limits]\ntest_seconds = 2.0\n"
    metadata.write_text(metadata.read_text().replace("p01_", f"p{number}_") + limits)
    name = f"p{number}_clamp.py"
    reference = root / "reference"
    if number != "01":
        shutil.copy(reference / "p01_clamp.py", reference / name)
    data = solution if isinstance(solution, bytes) else solution.encode()
    (root / "stubs" / name).write_bytes(data.replace(b"p01_", f"p{number}_".encode()))


@dataclass(frozen=True)
class Slip:
    """One change that spoils the reference of a problem."""

    number: str
    right: str
    wrong: str


SLIPS: Mapping[str, Slip] = {
    "handler_fails": Slip("16", "error.to_dict())", 'error.to_dict()["id"])'),
    "attribute_misspelt": Slip("17", "public.to_dict()", "public.todict()"),
    "view_fails": Slip("20", "return service.get_user(user_id)", "return service.get_user(user)"),
    "field_lost": Slip("20", 'record.get("email")', 'record.get("mail")'),
    "result_holds_the_error": Slip("10", "await call())", "await call(timeout))"),
    "awaits_none": Slip("11", "(yield awaited)", "None"),
    "property_without_return": Slip("10", "return [result.value for", "[result.value for"),
    "resumed_too_early": Slip("11", "(yield awaited)", "None if awaited else (yield)"),
}


def spoil(slip: Slip, folder: Path) -> str:
    """Write the spoilt solution into a folder, and return its name."""
    [source] = (ROOT / "reference").glob(f"p{slip.number}_*")
    target = folder / source.name
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
    files = target.rglob("*.py") if source.is_dir() else [target]
    spoilt = [file for file in files if slip.right in file.read_text()]
    assert spoilt, f"{source.name} has no {slip.right!r} any more"
    for file in spoilt:
        file.write_text(file.read_text().replace(slip.right, slip.wrong))
    return target.name


def run(root: Path, module: str, *arguments: str) -> str:
    settings = {"COLUMNS": "80", "GRADER_SEED": "7", "GRADER_ISOLATION": "none"}
    path = str(Path(sys.executable).parent)
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=root,
        env={"PATH": path, "PYTHONIOENCODING": "utf-8", **settings},
        check=False,
        capture_output=True,
        encoding="utf-8",
    ).stdout


def cards(text: str, end: str) -> dict[str, str]:
    """Return each problem's part of a text that ends with ``end``, as if it were the first's."""
    parts = re.split(r"^(?=\d\d · )", re.split(end, text)[0], flags=re.MULTILINE)[1:]
    found = zip(SOLUTIONS, numbers(), parts, strict=True)
    return {kind: as_the_first(part, number).rstrip() for kind, number, part in found}


def as_the_first(text: str, number: str) -> str:
    for before in ("p{}_", "problems/{}", "hint {}", "show {}", "{} ·"):
        text = text.replace(before.format(number), before.format("01"))
    return text


@pytest.mark.parametrize("kind", SOLUTIONS)
def test_a_mistake_of_the_first_hour_has_its_card(
    shown: Shown, matches_gold: Callable[[str, str], None], kind: str
) -> None:
    both = (
        f"$ pytest problems/01\n\n{shown.by_pytest[kind]}\n\n"
        f"$ grader 01\n\n{shown.by_grader[kind]}\n"
    )

    matches_gold(f"cards/{kind}.txt", both)


@pytest.mark.parametrize(
    ("number", "wrong"),
    [("07", "absolute_difference"), ("05", "stops_at_the_first"), ("11", "text_search")],
)
def test_a_card_of_twelve_behaviours_folds_what_passed(
    matches_gold: Callable[[str, str], None], number: str, wrong: str
) -> None:
    folder = f"problems/{number}"
    options = ["-p", "no:randomly", "-p", "no:cacheprovider"]

    text = run(ROOT, "pytest", folder, *options, "--solutions", f"{folder}/wrong/{wrong}.py")

    card = text.split("\n\n", 1)[1].rpartition("\n\n")[0]
    matches_gold(f"cards/{number}_{wrong}.txt", card + "\n")


@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_is_named_where_it_was_made(
    tmp_path: Path, matches_gold: Callable[[str, str], None], kind: str
) -> None:
    slip = SLIPS[kind]
    solution = spoil(slip, tmp_path)
    settings = ["-c", str(ROOT / "pyproject.toml"), "-p", "no:randomly", "-p", "no:cacheprovider"]

    text = run(
        tmp_path, "pytest", str(ROOT / "problems" / slip.number), *settings, "--solutions", solution
    )

    card = text.split("\n\n", 1)[1].rpartition("\n\n")[0]
    matches_gold(f"cards/{slip.number}_{kind}.txt", card + "\n")
