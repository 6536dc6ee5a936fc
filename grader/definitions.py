"""The functions that a file or a package defines: read, not imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SolutionError
from grader.intake import modules
from grader.solution import read_source

Function = ast.FunctionDef | ast.AsyncFunctionDef
# A file longer than this is nobody's solution; parsing it would cost more than the advice is worth.
MAX_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Definition:
    """One function or method; ``name`` is dotted, as in ``Cart.add``."""

    name: str
    node: Function

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def is_async(self) -> bool:
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def signature(self) -> str:
        """The ``def`` line, on one line and without decorators."""
        return signature(self.node)

    @property
    def gives_a_value(self) -> bool:
        """Tell whether it is annotated to return something else than None."""
        returns = self.node.returns
        return returns is not None and ast.unparse(returns) != "None"

    @property
    def returns_nothing(self) -> bool:
        """Tell whether no ``return`` in it gives a value, and it is no generator."""
        return not any(
            isinstance(node, ast.Yield | ast.YieldFrom)
            or (isinstance(node, ast.Return) and node.value is not None)
            for node in _own_nodes(self.node)
        )

    @property
    def can_run_off_its_end(self) -> bool:
        """Tell whether some path through it reaches its last line and no ``return``."""
        return _goes_on(self.node.body)


def signature(node: Function) -> str:
    """Return the ``def`` line of a function, on one line."""
    kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{kind} {node.name}({ast.unparse(node.args)}){returns}"


def find_definition(path: Path, name: str) -> Definition | None:
    """Return the function with that dotted name, or the only one with it as its last part.

    None where there is none, where several have it, and where the file cannot be read as Python.
    """
    found = [definition for definition in _definitions(path) if definition.name == name]
    if not found:
        found = [d for d in _definitions(path) if d.name.rpartition(".")[2] == name]
    return found[0] if len(found) == 1 else None


def _definitions(path: Path) -> Iterator[Definition]:
    for file in modules(path) if path.is_dir() else [path]:
        try:
            text = read_source(file)
            tree = ast.parse(text) if len(text) <= MAX_CHARACTERS else ast.Module([], [])
        except (SolutionError, SyntaxError, ValueError, MemoryError, RecursionError, SystemError):
            # The last of them: see the plugin on a compiler that a solution broke.
            continue
        for node in tree.body:
            if isinstance(node, Function):
                yield Definition(node.name, node)
            elif isinstance(node, ast.ClassDef):
                members = (member for member in node.body if isinstance(member, Function))
                yield from (Definition(f"{node.name}.{m.name}", m) for m in members)


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yield what a function consists of, without the functions and classes inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _goes_on(body: Sequence[ast.stmt]) -> bool:
    """Tell whether what follows these statements may be reached."""
    return all(_passes(statement) for statement in body)


def _passes(statement: ast.stmt) -> bool:
    match statement:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            return False
        case ast.If() | ast.Try() | ast.Match():
            # Nobody goes past a `finally` that returns.
            is_open = _goes_on(getattr(statement, "finalbody", ()))
            return is_open and any(map(_goes_on, _branches(statement)))
        case ast.With() | ast.AsyncWith():
            return _goes_on(statement.body)
        case ast.While(test=ast.Constant(value=True)):
            return any(isinstance(node, ast.Break) for node in ast.walk(statement))
    return True


def _branches(statement: ast.If | ast.Try | ast.Match) -> list[list[ast.stmt]]:
    """Return the ways through a statement, each as the statements on it."""
    if isinstance(statement, ast.If):
        return [statement.body, statement.orelse]
    if isinstance(statement, ast.Match):
        return [case.body for case in statement.cases]
    handled = [handler.body for handler in statement.handlers]
    return [[*statement.body, *statement.orelse], *handled]
