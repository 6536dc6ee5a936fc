"""Imports flow one way, and modules stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "grader"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 400

# From the ground up: a module imports from its own layer and those before it, never a later one.
LAYERS = (
    {"cores", "draws", "errors", "outcome", "text", "labels", "meant"},
    {"case", "problem", "statement", "table", "store", "patterns", "keyboard", "outfile"},
    {"answers", "isolation"},
    {"package"},
    {"loader", "testkit", "solution", "intake", "difference", "score", "hints", "drill"},
    {
        "workspace",
        "totals",
        "exits",
        "interrupts",
        "definitions",
        "place",
        "unawaited",
        "diagnosis",
    },
    {"solutions", "judge", "mistakes", "advice", "history"},
    {"command", "progress", "next_step", "reset", "interviews"},
    {"render"},
    {"plugin"},
    {"engine"},
    {"probe"},
    {"grade", "relay"},
    {"prove", "run", "debrief", "predict", "interview", "watch"},
    {"options"},
    {"practice"},
    {"cli"},
    {"__main__"},
)
# Prints what the gate found, and is printed by nobody else.
ABOVE_ITS_PACKAGE = {"render.matrix": "prove"}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "__init__"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("grader."):
            yield node.module.removeprefix("grader.")


def layer(module: str) -> int:
    package = ABOVE_ITS_PACKAGE.get(module, module.split(".", maxsplit=1)[0])
    return next(index for index, names in enumerate(LAYERS) if package in names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_no_later_layer(path: Path) -> None:
    module = name_of(path)
    if module == "__init__":
        return

    later = [name for name in imports(path) if layer(name) > layer(module)]

    assert later == [], f"{module} imports {later}, which stand above it"


def test_no_module_imports_itself_by_a_detour() -> None:
    known = {name_of(path): set(imports(path)) for path in MODULES}

    def reachable(start: str) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            new = known.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found

    assert [name for name in known if name in reachable(name)] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
