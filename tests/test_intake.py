"""Only what a problem declares is taken in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.errors import SolutionError
from grader.intake import MAX_FILES, ignored, ignored_in_package, take_in

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a right to link")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with much that is none of its modules."""
    folder = tmp_path / "handed_in" / "p20_shop"
    for name in (
        *("__init__.py", "core/__init__.py", "core/models.py"),
        *("core/notes.txt", "core/two-words.py", "bad name/x.py", "conftest.py.bak"),
        *("__pycache__/core.cpython-311.pyc", ".git/config.py", "core/.hidden.py"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def files_in(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def test_a_file_is_copied_alone(tmp_path: Path) -> None:
    solution = tmp_path / "p01_x.py"
    solution.write_bytes(b"x = 1\r\n")
    (tmp_path / "conftest.py").write_text("raise SystemExit")

    copy = take_in(solution, tmp_path / "into")

    assert copy.read_bytes() == b"x = 1\r\n"
    assert files_in(tmp_path / "into") == ["p01_x.py"]


def test_of_a_package_only_modules_are_copied(package: Path, tmp_path: Path) -> None:
    copy = take_in(package, tmp_path / "into")

    assert files_in(copy) == ["__init__.py", "core/__init__.py", "core/models.py"]


def test_what_is_ignored_in_a_package_is_named(package: Path) -> None:
    assert ignored_in_package(package) == [
        "bad name/x.py",
        "conftest.py.bak",
        "core/notes.txt",
        "core/two-words.py",
    ]


def test_what_is_ignored_in_a_folder_is_named(tmp_path: Path) -> None:
    for name in ("p01_x.py", "conftest.py", ".hidden", "pytest.ini"):
        (tmp_path / name).touch()
    (tmp_path / "__pycache__").mkdir()

    assert ignored(tmp_path, {"p01_x.py"}) == ["conftest.py", "pytest.ini"]


@needs_links
def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("x = 1")
    (tmp_path / "p01_x.py").symlink_to("real.py")

    copy = take_in(tmp_path / "p01_x.py", tmp_path / "into")

    assert copy.read_text() == "x = 1"
    assert not copy.is_symlink()


@needs_links
@pytest.mark.parametrize("is_package", [False, True])
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, is_package: bool) -> None:
    inside, outside = tmp_path / "handed_in", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    name = "p20_shop" if is_package else "p01_x.py"
    target = outside if is_package else outside / "p01_x.py"
    (outside / "p01_x.py").touch()
    (inside / name).symlink_to(target)

    with pytest.raises(SolutionError, match="is a link that leads out of its folder"):
        take_in(inside / name, tmp_path / "into")


@needs_links
def test_links_in_a_package_are_left_out(package: Path, tmp_path: Path) -> None:
    (package / "core" / "secrets.py").symlink_to("/etc/passwd")
    (package / "elsewhere").symlink_to(tmp_path)

    copy = take_in(package, tmp_path / "into")

    assert "core/secrets.py" not in files_in(copy)
    assert not (copy / "elsewhere").exists()
    assert "core/secrets.py" in ignored_in_package(package)


def test_a_package_of_too_many_files_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "p20_shop"
    package.mkdir()
    for number in range(MAX_FILES + 1):
        (package / f"m{number}.py").touch()

    with pytest.raises(SolutionError, match=rf"has {MAX_FILES + 1} files; a package has"):
        take_in(package, tmp_path / "into")


def test_a_missing_file_is_an_error_of_the_solution(tmp_path: Path) -> None:
    with pytest.raises(SolutionError, match=r"p01_x.py cannot be read: No such file"):
        take_in(tmp_path / "p01_x.py", tmp_path / "into")
