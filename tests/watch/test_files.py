"""Saves are seen however an editor saves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from grader.watch.files import solution_target, watching
from grader.watch.files import tests_target as target_of_tests

GONE = "gone"
Seen = SimpleQueue[str]


class Watched:
    """A path whose text is noted at each save."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen: Seen = SimpleQueue()

    def note(self) -> None:
        self.seen.put(text_of(self.path))

    def shows(self, text: str) -> bool:
        """Tell whether a save with that text comes, however many others come before it."""
        try:
            while self.seen.get(timeout=60.0) != text:
                pass
        except Empty:
            return False
        return True


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return GONE


def write(path: Path, text: str) -> None:
    path.write_text(text)


def write_in_pieces(path: Path, text: str) -> None:
    with path.open("w") as file:
        for letter in text:
            file.write(letter)
            file.flush()


def rename_over(path: Path, text: str) -> None:
    other = path.with_name("4913")
    other.write_text(text)
    other.replace(path)


def move_away_and_write(path: Path, text: str) -> None:
    path.rename(path.with_name(f"{path.name}~"))
    path.write_text(text)


def delete_and_write(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def sed(path: Path, text: str) -> None:
    command = ["sed", "-i", f"s/.*/{text.strip()}/", str(path)]
    subprocess.run(command, check=True)


SAVES = [write, write_in_pieces, rename_over, move_away_and_write, delete_and_write, sed]


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    path = tmp_path / "stubs" / "p01.py"
    path.parent.mkdir()
    path.write_text("x = 0\n")
    return path


def begin(watched: Watched) -> None:
    """Write until the watch has begun, which nothing tells but a save that arrives."""
    text = text_of(watched.path)
    while watched.seen.empty():
        watched.path.write_text(text)


@pytest.mark.parametrize("save", SAVES)
def test_two_saves_in_a_row_are_seen(stub: Path, save: Callable[[Path, str], None]) -> None:
    watched = Watched(stub)

    with watching([solution_target(stub, watched.note)]):
        begin(watched)
        save(stub, "x = 1\n")
        assert watched.shows("x = 1\n")
        # The file that the editor left there is another one than before.
        save(stub, "x = 2\n")
        assert watched.shows("x = 2\n")


def test_a_deleted_file_is_seen_to_go_and_to_come_back(stub: Path) -> None:
    watched = Watched(stub)

    with watching([solution_target(stub, watched.note)]):
        begin(watched)
        stub.unlink()
        assert watched.shows(GONE)
        stub.write_text("x = 1\n")
        assert watched.shows("x = 1\n")


def test_a_folder_that_is_replaced_is_watched_again(stub: Path) -> None:
    watched = Watched(stub)

    with watching([solution_target(stub, watched.note)]):
        begin(watched)
        stub.parent.rename(stub.parent.with_name("away"))
        assert watched.shows(GONE)
        stub.parent.mkdir()
        stub.write_text("x = 1\n")
        assert watched.shows("x = 1\n")
        stub.write_text("x = 2\n")
        assert watched.shows("x = 2\n")


def test_a_package_is_watched_with_its_folders(stub: Path) -> None:
    package = stub.with_name("p20_thing")
    (package / "core").mkdir(parents=True)
    module = package / "core" / "services.py"
    module.write_text("x = 0\n")
    watched = Watched(module)

    with watching([solution_target(package, watched.note)]):
        begin(watched)
        rename_over(module, "x = 1\n")
        assert watched.shows("x = 1\n")
        shutil.rmtree(package)
        assert watched.shows(GONE)
        module.parent.mkdir(parents=True)
        module.write_text("x = 2\n")
        assert watched.shows("x = 2\n")


@pytest.mark.parametrize(
    ("inner", "counts"),
    [
        ("core/services.py", True),
        ("core/__pycache__/services.cpython-311.pyc", False),
        ("__pycache__/odd.py", False),
        ("core/.services.py.swp", False),
    ],
)
def test_of_a_package_the_modules_count(tmp_path: Path, inner: str, counts: bool) -> None:
    assert solution_target(tmp_path, print).counts(Path(inner)) is counts


def test_of_a_folder_of_solutions_one_counts(stub: Path) -> None:
    target = solution_target(stub, print)

    assert target.counts(Path("p01.py"))
    assert not target.counts(Path("p02.py"))
    assert not target.counts(Path("p01.py~"))


def test_of_a_problem_its_tests_and_description_count(tmp_path: Path) -> None:
    target = target_of_tests(tmp_path, print)

    assert target.counts(Path("test_hidden.py"))
    assert target.counts(Path("problem.toml"))
    assert not target.counts(Path("README.md"))
    assert not target.recursive
