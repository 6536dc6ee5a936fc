"""Solutions that are packages: found file by file, laid over another one, parts failing alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from grader.errors import PartError
from grader.loader import load_problem
from grader.problem import Problem
from grader.solution import Solution
from grader.testkit.package import part

ROOT = Path(__file__).parents[1]
SLUG = "p20_thing"


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return folder


def never(error: BaseException) -> bool:
    return False


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write(
        tmp_path / "base",
        {
            "__init__.py": "",
            "core/__init__.py": "",
            "core/models.py": "kind = 'base'\n",
            "core/services.py": "from .models import kind\nfrom p20_thing.core import models\n",
        },
    )


@pytest.fixture
def loaded(tmp_path: Path, base: Path) -> Iterator[ModuleType]:
    over = write(tmp_path / "over", {"core/models.py": "kind = 'over'\n"})
    solution = Solution(over, SLUG, never, base)
    yield solution.load()
    solution.unload()


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[ModuleType]:
    files = {
        "core/services.py": "def add(a, b): return a + b\n",
        "core/models.py": "class Order(\n",
        "flask_app/app.py": "from . import routes\n",
        "flask_app/routes.py": "x = 1\n1 / 0\n",
        "fastapi_app/main.py": "import no_such_package\n",
    }
    solution = Solution(write(tmp_path / SLUG, files), SLUG, never)
    yield solution.load()
    solution.unload()


def test_a_file_that_differs_comes_before_the_one_it_is_laid_over(loaded: ModuleType) -> None:
    services = part(loaded, "core.services")

    assert services.kind == "over"
    assert services.models is sys.modules["p20_thing.core.models"]


def test_a_file_that_does_not_differ_comes_from_below(loaded: ModuleType, base: Path) -> None:
    assert part(loaded, "core.services").__file__ == str(base / "core" / "services.py")


def test_both_folders_are_the_solutions_own(tmp_path: Path, base: Path) -> None:
    solution = Solution(tmp_path / "over", SLUG, never, base)

    assert solution.owns(str(base / "core" / "models.py"))
    assert solution.owns(str(tmp_path / "over" / "core" / "models.py"))
    assert not solution.owns(str(tmp_path / "elsewhere.py"))


def test_without_a_base_a_package_stands_alone(tmp_path: Path) -> None:
    solution = Solution(write(tmp_path / "alone", {"core/models.py": ""}), SLUG, never)

    with pytest.raises(PartError, match=r"asks for core/services\.py; your package has none"):
        part(solution.load(), "core.services")
    solution.unload()


def test_every_load_runs_the_parts_anew(tmp_path: Path) -> None:
    package = write(tmp_path / SLUG, {"core/models.py": "seen = []\n"})
    solution = Solution(package, SLUG, never)

    part(solution.load(), "core.models").seen.append(1)

    assert part(solution.load(), "core.models").seen == []
    solution.unload()


def test_nothing_is_left_of_a_package_that_was_unloaded(tmp_path: Path) -> None:
    finders = list(sys.meta_path)
    solution = Solution(write(tmp_path / SLUG, {"core/models.py": ""}), SLUG, never)

    part(solution.load(), "core.models")
    solution.unload()

    assert sys.meta_path == finders
    assert not [name for name in sys.modules if name.startswith(SLUG)]
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_part_that_fails_leaves_the_others_alone(broken: ModuleType) -> None:
    with pytest.raises(PartError):
        part(broken, "flask_app.app")

    assert part(broken, "core.services").add(1, 2) == 3


@pytest.mark.parametrize(
    ("name", "message", "where"),
    [
        ("core.models", "core/models.py: SyntaxError: '(' was never closed", "core/models.py:1"),
        (
            "flask_app.app",
            "flask_app/app.py: raised ZeroDivisionError while it was imported: division by zero",
            "flask_app/routes.py:2",
        ),
        (
            "fastapi_app.main",
            (
                "fastapi_app/main.py: raised ModuleNotFoundError while it was imported: "
                "No module named 'no_such_package'"
            ),
            "fastapi_app/main.py:1",
        ),
        ("core.errors", "the statement asks for core/errors.py; your package has none", None),
        ("none.at.all", "the statement asks for none/at/all.py; your package has none", None),
    ],
)
def test_a_part_that_does_not_load_is_one_clear_message(
    broken: ModuleType, tmp_path: Path, name: str, message: str, where: str | None
) -> None:
    with pytest.raises(PartError) as caught:
        part(broken, name)

    assert caught.value.message.splitlines()[0] == message
    assert caught.value.where == (where and str(tmp_path / SLUG / where))


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    (tmp_path / "problems/20/stub").mkdir(parents=True)
    pattern = load_problem(ROOT / "problems" / "01")
    return replace(pattern, folder=tmp_path / "problems" / "20", slug=SLUG)


@pytest.mark.parametrize("role", ["wrong", "right"])
def test_what_an_author_hands_in_is_laid_over_the_reference(
    problem: Problem, tmp_path: Path, role: str
) -> None:
    package = write(problem.folder / role / "other", {"core/models.py": ""})

    assert problem.base_of(package) == tmp_path / "reference" / SLUG


def test_what_a_learner_hands_in_is_laid_over_nothing(problem: Problem, tmp_path: Path) -> None:
    assert problem.base_of(write(tmp_path / "stubs" / SLUG, {"__init__.py": ""})) is None
    assert problem.base_of(tmp_path / "no_such_folder") is None
