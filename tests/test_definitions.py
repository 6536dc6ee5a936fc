"""What can be read of a function without running it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from grader.definitions import Definition, find_definition


def read(folder: Path, source: str, name: str = "f") -> Definition | None:
    path = folder / "p07_x.py"
    path.write_text(textwrap.dedent(source))
    return find_definition(path, name)


def test_a_function_is_found_with_its_signature_and_line(tmp_path: Path) -> None:
    found = read(tmp_path, "\nasync def f(\n    a: int,\n    *,\n    b=1,\n) -> str: ...\n")

    assert found is not None
    assert (found.signature, found.line) == ("async def f(a: int, *, b=1) -> str", 2)
    assert found.is_async


@pytest.mark.parametrize("name", ["Cart.add", "add"])
def test_a_method_is_found_by_either_name(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, "class Cart:\n    def add(self, item): ...\n", name)

    assert found is not None
    assert found.name == "Cart.add"


def test_a_name_that_two_classes_have_is_nobodys(tmp_path: Path) -> None:
    source = "class A:\n    def f(self): ...\nclass B:\n    def f(self): ...\n"

    assert read(tmp_path, source) is None


@pytest.mark.parametrize("source", ["def f(:", "", "f = 1", "#" * 100_001 + "\ndef f(): ..."])
def test_where_nothing_can_be_read_nothing_is_found(tmp_path: Path, source: str) -> None:
    assert read(tmp_path, source) is None


def test_a_package_is_searched_whole(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "models.py").write_text("def f(): ...\n")

    assert find_definition(tmp_path, "f") is not None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 1", False),
        ("pass", True),
        ("raise ValueError", False),
        ("if a:\n    return 1", True),
        ("if a:\n    return 1\nelse:\n    return 2", False),
        ("while True:\n    a()", False),
        ("while True:\n    break", True),
        ("for x in a:\n    return x", True),
        ("with a:\n    return 1", False),
        ("try:\n    return a()\nexcept ValueError:\n    pass", True),
        ("try:\n    return a()\nexcept ValueError:\n    raise", False),
        ("try:\n    a()\nfinally:\n    return 1", False),
        ("match a:\n    case 1:\n        return 1\n    case _:\n        pass", True),
        ("match a:\n    case _:\n        return 1", False),
    ],
)
def test_a_way_to_the_end_is_seen(tmp_path: Path, body: str, *, expected: bool) -> None:
    found = read(tmp_path, "def f(a):\n" + textwrap.indent(body, "    "))

    assert found is not None
    assert found.can_run_off_its_end is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", True),
        ("return", True),
        ("return 1", False),
        ("yield", False),
        ("def g(): return 1", True),
        ("if a:\n    return 1", False),
    ],
)
def test_a_function_that_returns_nothing_is_seen(
    tmp_path: Path, body: str, *, expected: bool
) -> None:
    found = read(tmp_path, "def f(a):\n" + textwrap.indent(body, "    "))

    assert found is not None
    assert found.returns_nothing is expected
