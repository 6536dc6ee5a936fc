"""One solution, loaded as a module."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import SolutionError
from grader.solution import MAX_BYTES, Solution


def never(error: BaseException) -> bool:
    return False


@pytest.fixture
def solve(tmp_path: Path) -> Callable[[str], Solution]:
    def write(source: str) -> Solution:
        path = tmp_path / "p07_thing.py"
        path.write_text(source, encoding="utf-8")
        return Solution(path, "p07_thing", never)

    return write


Solve = Callable[[str], Solution]


def test_every_load_runs_the_file_anew(solve: Solve) -> None:
    solution = solve("seen = []")

    solution.load().seen.append(1)

    assert solution.load().seen == []


def test_a_loaded_module_is_registered_so_that_pickle_finds_its_classes(solve: Solve) -> None:
    solution = solve("class Thing: pass")

    thing = solution.load().Thing()

    assert isinstance(pickle.loads(pickle.dumps(thing)), sys.modules["p07_thing"].Thing)
    solution.unload()


def test_an_unloaded_module_is_forgotten(solve: Solve) -> None:
    solution = solve("x = 1")
    solution.load()

    solution.unload()

    assert "p07_thing" not in sys.modules


def test_a_package_is_loaded_anew_with_its_submodules(tmp_path: Path) -> None:
    package = tmp_path / "p20_thing"
    (package / "core").mkdir(parents=True)
    (package / "core" / "models.py").write_text("seen = []\n")
    (package / "__init__.py").write_text("from p20_thing.core import models\n")
    solution = Solution(package, "p20_thing", never)

    solution.load().models.seen.append(1)

    assert solution.load().models.seen == []
    solution.unload()
    assert not [name for name in sys.modules if name.startswith("p20_thing")]


def test_a_package_without_init_is_a_package_all_the_same(tmp_path: Path) -> None:
    package = tmp_path / "p20_thing"
    package.mkdir()
    (package / "core.py").write_text("answer = 42\n")

    module = Solution(package, "p20_thing", never).load()

    assert list(module.__path__) == [str(package)]


def test_a_package_is_the_home_of_its_files(tmp_path: Path) -> None:
    solution = Solution(tmp_path / "p20_thing", "p20_thing", never)

    assert solution.owns(str(tmp_path / "p20_thing" / "core" / "models.py"))
    assert not solution.owns(str(tmp_path / "p20_thing.py"))


def test_a_syntax_error_is_shown_with_line_and_caret(solve: Solve, tmp_path: Path) -> None:
    with pytest.raises(SolutionError) as caught:
        solve("x = 1\nprint(x\n").load()

    assert caught.value.message.splitlines() == [
        "SyntaxError: '(' was never closed",
        "    print(x",
        "         ^",
    ]
    assert caught.value.where == f"{tmp_path / 'p07_thing.py'}:2"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "raised ZeroDivisionError while it was imported: division by zero"),
        ("raise SystemExit", "raised SystemExit while it was imported"),
        ("raise KeyboardInterrupt", "raised KeyboardInterrupt while it was imported"),
        (
            "import no_such_package",
            "raised ModuleNotFoundError while it was imported: No module named 'no_such_package'",
        ),
    ],
    ids=["error", "exit", "interrupt", "import"],
)
def test_what_ends_the_import_is_told_with_its_line(
    solve: Solve, tmp_path: Path, source: str, message: str
) -> None:
    with pytest.raises(SolutionError) as caught:
        solve(f"\n{source}\n").load()

    assert caught.value.message == message
    assert caught.value.where == f"{tmp_path / 'p07_thing.py'}:2"


def test_a_solution_that_failed_to_load_is_not_run_again(solve: Solve, tmp_path: Path) -> None:
    solution = solve("1 / 0")
    with pytest.raises(SolutionError) as first:
        solution.load()
    solve("x = 1")

    with pytest.raises(SolutionError) as second:
        solution.load()

    assert second.value is first.value


def test_a_signal_during_the_import_is_not_the_solutions_error(tmp_path: Path) -> None:
    path = tmp_path / "p07_thing.py"
    path.write_text("raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        Solution(path, "p07_thing", lambda error: True).load()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "p07_thing.py is empty"),
        (b" \n\n", "p07_thing.py is empty"),
        (b"x = '\xe9'", "p07_thing.py is not UTF-8: byte 5 is 0xe9"),
        (b"x = 1\x00", "source code string cannot contain null bytes"),
        (b"(" * 3000, "too many nested parentheses"),
    ],
    ids=["empty", "blank", "latin-1", "null", "nested"],
)
def test_a_file_that_is_no_python_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "p07_thing.py"
    path.write_bytes(content)

    with pytest.raises(SolutionError, match=message):
        Solution(path, "p07_thing", never).load()


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "p07_thing.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1")

    assert Solution(path, "p07_thing", never).load().x == 1


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "p07_thing.py"
    with path.open("wb") as file:
        file.truncate(50_000_000)

    with pytest.raises(SolutionError, match=f"50,000,000 bytes; a solution has {MAX_BYTES:,}"):
        Solution(path, "p07_thing", never).load()


def test_a_fifo_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "p07_thing.py"
    os.mkfifo(path)

    with pytest.raises(SolutionError, match="is not a file"):
        Solution(path, "p07_thing", never).load()


def test_a_dangling_link_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "p07_thing.py"
    path.symlink_to(tmp_path / "nowhere")

    with pytest.raises(SolutionError, match="cannot be read: No such file or directory"):
        Solution(path, "p07_thing", never).load()


def test_a_file_that_does_not_end_in_py_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answer.txt"
    path.write_text("x = 1")

    with pytest.raises(SolutionError, match=r"answer.txt is not a Python file"):
        Solution(path, "p07_thing", never).load()
