"""The public names and signatures of a stub, compared with the reference's."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.prove.signatures import check_signatures

STUB = "problems/07/stub.py: "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder like a problem's, so that places are named as in one."""
    folder = tmp_path / "problems" / "07"
    folder.mkdir(parents=True)
    return folder


def compare(folder: Path, stub: str, reference: str) -> list[str]:
    """Return what is said of a stub, a line for each difference."""
    (folder / "stub.py").write_text(stub, encoding="utf-8")
    (folder / "solved.py").write_text(reference, encoding="utf-8")
    return [str(fault) for fault in check_signatures(folder / "stub.py", folder / "solved.py")]


def package(folder: Path, **modules: str) -> Path:
    """Write a package of these modules."""
    folder.mkdir()
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "text",
    [
        "def f(a: int, *, b: str = 'x') -> None: ...",
        "async def f(a, /, *args, **kwargs): ...",
        "class A(Exception):\n    def __init__(self, a): ...\n    async def f(self): ...",
        "",
    ],
    ids=["function", "coroutine function", "class", "nothing"],
)
def test_the_same_names_and_signatures_are_no_fault(folder: Path, text: str) -> None:
    assert compare(folder, text, text) == []


def test_bodies_docstrings_and_layout_may_differ(folder: Path) -> None:
    stub = 'def f(a: int,\n      b: int) -> int:\n    """Add."""\n    raise NotImplementedError'

    assert compare(folder, stub, "def f(a: int, b: int) -> int: return a + b") == []


@pytest.mark.parametrize(
    ("stub", "reference", "fault"),
    [
        ("", "def f(a): ...", "`f` is missing. Add it as `def f(a)`"),
        ("def f(a): ...", "", "`f` is not in the reference. Take it out of the stub"),
        (
            "def f(a): ...",
            "def f(a, b=1): ...",
            "`f` is `def f(a)`. Make it `def f(a, b=1)`, as in the reference",
        ),
        (
            "def f(a): ...",
            "async def f(a): ...",
            "`f` is `def f(a)`. Make it `async def f(a)`, as in the reference",
        ),
        (
            "def f(a) -> int: ...",
            "def f(a) -> str: ...",
            "`f` is `def f(a) -> int`. Make it `def f(a) -> str`, as in the reference",
        ),
        (
            "class A: ...",
            "class A(ValueError): ...",
            "`A` is `class A()`. Make it `class A(ValueError)`, as in the reference",
        ),
        (
            "class A: ...",
            "class A:\n    def __init__(self, a): ...",
            "`A.__init__` is missing. Add it as `def __init__(self, a)`",
        ),
        (
            "class A: ...",
            "class A:\n    def f(self): ...",
            "`A.f` is missing. Add it as `def f(self)`",
        ),
    ],
    ids=[
        "missing",
        "own",
        "parameters",
        "kind of function",
        "return type",
        "base class",
        "special method",
        "method",
    ],
)
def test_a_difference_is_named(folder: Path, stub: str, reference: str, fault: str) -> None:
    assert compare(folder, stub, reference) == [STUB + fault]


def test_differences_come_in_the_order_of_their_names(folder: Path) -> None:
    faults = compare(folder, "", "def zeta(): ...\ndef alpha(): ...\ndef mid(): ...")

    assert [fault.split("`")[1] for fault in faults] == ["alpha", "mid", "zeta"]


@pytest.mark.parametrize(
    "helper",
    [
        "def _helper(): ...",
        "class _Helper: ...",
        "class A:\n    def _helper(self): ...\n    def __reduce__(self): ...",
        "LIMIT = 3",
    ],
    ids=["function", "class", "methods", "value"],
)
def test_what_is_private_to_the_reference_is_no_business_of_the_stub(
    folder: Path, helper: str
) -> None:
    stub = "class A: ..." if "class A" in helper else ""

    assert compare(folder, stub, helper) == []


@pytest.mark.parametrize("text", ["def f(", "\0"], ids=["syntax", "null byte"])
def test_a_file_that_does_not_parse_is_left_to_its_trial(folder: Path, text: str) -> None:
    assert compare(folder, text, "def f(): ...") == []
    assert compare(folder, "def f(): ...", text) == []


def test_a_file_that_is_not_utf8_is_left_to_its_trial(folder: Path) -> None:
    (folder / "stub.py").write_bytes(b"# \xfc")
    (folder / "solved.py").write_text("def f(): ...")

    assert list(check_signatures(folder / "stub.py", folder / "solved.py")) == []


def test_a_file_may_begin_with_a_byte_order_mark(folder: Path) -> None:
    assert compare(folder, "\ufeffdef f(): ...", "def f(): ...") == []


def test_a_file_that_is_missing_is_left_to_others_to_name(folder: Path) -> None:
    (folder / "stub.py").write_text("def f(): ...")

    assert list(check_signatures(folder / "stub.py", folder / "solved.py")) == []


def test_a_package_is_compared_module_by_module(folder: Path) -> None:
    stub = package(folder / "stub", core="def f(a): ...", web="def f(b): ...")
    solved = package(folder / "solved", core="def f(a, b): ...", web="def f(b): ...")

    assert [str(fault) for fault in check_signatures(stub, solved)] == [
        "problems/07/stub: `core:f` is `def f(a)`. Make it `def f(a, b)`, as in the reference"
    ]


def test_a_name_in_another_module_of_a_package_is_missing_in_its_own(folder: Path) -> None:
    stub = package(folder / "stub", core="", web="def f(): ...")
    solved = package(folder / "solved", core="def f(): ...", web="")

    assert [fault.what for fault in check_signatures(stub, solved)] == [
        "`core:f` is missing",
        "`web:f` is not in the reference",
    ]


def test_the_modules_of_a_package_may_lie_in_folders(folder: Path) -> None:
    stub, solved = folder / "stub", folder / "solved"
    for root, text in ((stub, ""), (solved, "def run(): ...")):
        package(root)
        package(root / "web", app=text)

    [fault] = check_signatures(stub, solved)

    assert fault.what == "`web/app:run` is missing"
