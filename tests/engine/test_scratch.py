"""The folder for what a solution writes."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.engine import scratch
from grader.engine.scratch import MAX_BYTES, MAX_ENTRIES, is_overfull, scratch_folder


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


# --- how much lies in it ----------------------------------------------------------------------


def fill(path: Path, size: int) -> None:
    path.write_bytes(bytes(size))


def test_what_may_lie_in_it_does(tmp_path: Path) -> None:
    fill(tmp_path / "large", MAX_BYTES // 2)

    assert not is_overfull(str(tmp_path), None)


def test_too_many_bytes_are_seen(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    for name in ("one", "two", "three"):
        fill(tmp_path / "inside" / name, MAX_BYTES // 2)

    assert is_overfull(str(tmp_path), None)


def test_too_many_entries_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MAX_ENTRIES", 3)
    for name in "abc":
        (tmp_path / name).touch()
    assert not is_overfull(str(tmp_path), None)

    (tmp_path / "d").mkdir()

    assert is_overfull(str(tmp_path), None)


def test_nothing_is_too_deep_to_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scratch_folder(str(tmp_path)) as folder:
        monkeypatch.chdir(folder)
        for _ in range(1_200):
            Path("deeper").mkdir()
            os.chdir("deeper")
        for name in ("one", "two", "three"):
            with open(name, "wb") as stream:
                stream.write(bytes(MAX_BYTES // 2))
        os.chdir(tmp_path)

        assert MAX_ENTRIES > 1_200
        assert is_overfull(folder, None)


def test_what_is_not_there_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/usr")

    assert not is_overfull(str(tmp_path / "nowhere"), None)
    assert not is_overfull(str(tmp_path / "link"), None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_files_without_a_name_are_seen(tmp_path: Path) -> None:
    held = [tempfile.TemporaryFile(dir=tmp_path) for _ in range(3)]
    for stream in held:
        stream.write(bytes(MAX_BYTES // 2))
        stream.flush()

    assert is_overfull(str(tmp_path), os.getpid())
    assert not is_overfull(str(tmp_path), None)
    for stream in held:
        stream.close()
