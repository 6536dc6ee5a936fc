"""Has the pristine stub the public names and signatures of the reference? Read, not imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.definitions import Function, signature
from grader.errors import Fault
from grader.loader import short

# Special methods by which a class is used; any other, such as __reduce__, is how it is built.
_USED_BY_SYNTAX = frozenset(
    f"__{name}__"
    for name in (
        *("init", "call", "enter", "exit", "aenter", "aexit"),
        *("iter", "next", "aiter", "anext", "await", "len", "getitem"),
    )
)


def check_signatures(stub: Path, reference: Path) -> Iterator[Fault]:
    """Yield where the stub's public names and signatures differ from the reference's."""
    if not stub.exists() or not reference.exists():
        return
    try:
        given, wanted = _public(stub), _public(reference)
    except (SyntaxError, ValueError):
        # That one of them does not import is said by its trial, with the line.
        return
    for name in sorted(wanted.keys() - given.keys()):
        yield Fault(short(stub), f"`{name}` is missing", f"Add it as `{wanted[name]}`")
    for name in sorted(given.keys() - wanted.keys()):
        yield Fault(short(stub), f"`{name}` is not in the reference", "Take it out of the stub")
    for name in sorted(given.keys() & wanted.keys()):
        if given[name] != wanted[name]:
            remedy = f"Make it `{wanted[name]}`, as in the reference"
            yield Fault(short(stub), f"`{name}` is `{given[name]}`", remedy)


def _public(path: Path) -> dict[str, str]:
    """Return the signature of each public function, class and method, by its dotted name."""
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    found: dict[str, str] = {}
    for file in files:
        prefix = "" if file == path else file.relative_to(path).with_suffix("").as_posix() + ":"
        found |= {f"{prefix}{name}": text for name, text in _names(file)}
    return found


def _names(file: Path) -> Iterable[tuple[str, str]]:
    for node in ast.parse(file.read_text(encoding="utf-8-sig")).body:
        if isinstance(node, Function) and _is_public(node.name):
            yield node.name, signature(node)
        elif isinstance(node, ast.ClassDef) and _is_public(node.name):
            bases = ", ".join(map(ast.unparse, node.bases))
            yield node.name, f"class {node.name}({bases})"
            for member in node.body:
                if isinstance(member, Function) and _is_public(member.name):
                    yield f"{node.name}.{member.name}", signature(member)


def _is_public(name: str) -> bool:
    return not name.startswith("_") or name in _USED_BY_SYNTAX
