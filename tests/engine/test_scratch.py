"""The folder for what a solution writes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.engine.scratch import scratch_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have scratch folders made here."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_after(make: Callable[[Path], None], place: Path) -> list[str]:
    """Return what is left of a scratch folder in which ``make`` was at work."""
    with scratch_folder() as folder:
        make(Path(folder))
    return sorted(path.name for path in place.iterdir())


def nothing(folder: Path) -> None: ...


def files_and_links(folder: Path) -> None:
    (folder / "file").write_text("text")
    (folder / "inner").mkdir()
    (folder / "inner" / "file").write_text("text")
    (folder / "link").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")


def too_deep_for_recursion(folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)
    for _ in range(1200):
        os.mkdir("deeper")  # noqa: PTH102  # the path from the root would be too long
        os.chdir("deeper")
    os.chdir(before)


def locked(folder: Path) -> None:
    (folder / "outer" / "inner").mkdir(parents=True)
    (folder / "outer" / "inner").chmod(0)
    (folder / "outer").chmod(0)
    folder.chmod(0)


def gone(folder: Path) -> None:
    folder.rmdir()


def a_file_in_its_place(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("text")


@pytest.mark.parametrize(
    "make", [nothing, files_and_links, too_deep_for_recursion, locked, gone, a_file_in_its_place]
)
def test_nothing_is_left(place: Path, make: Callable[[Path], None]) -> None:
    assert left_after(make, place) == []


def test_what_a_link_names_stays(place: Path) -> None:
    (place / "precious").mkdir()
    (place / "precious" / "file").write_text("text")

    def link(folder: Path) -> None:
        (folder / "link").symlink_to(place / "precious")

    assert left_after(link, place) == ["precious"]
    assert (place / "precious" / "file").read_text() == "text"


def test_what_a_link_in_its_place_names_stays(place: Path) -> None:
    (place / "precious").mkdir()
    (place / "precious" / "file").write_text("text")

    def replace(folder: Path) -> None:
        folder.rmdir()
        folder.symlink_to(place / "precious")

    assert left_after(replace, place) == ["precious"]
    assert (place / "precious" / "file").read_text() == "text"


def test_an_error_inside_passes_through_and_nothing_is_left(place: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "file").touch()
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        left_after(fail, place)

    assert list(place.iterdir()) == []
