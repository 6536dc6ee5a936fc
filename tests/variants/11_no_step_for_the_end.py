"""Variant of forgets_the_last_step."""

import ast
import types
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

# The full name of each blocking function, and what to suggest instead.
BLOCKING = {
    "time.sleep": "asyncio.sleep",
    "open": "asyncio.to_thread",
    "input": "asyncio.to_thread",
    "pandas.read_csv": "asyncio.to_thread",
    "os.system": "asyncio.create_subprocess_shell",
    "subprocess.run": "asyncio.create_subprocess_exec",
    "subprocess.call": "asyncio.create_subprocess_exec",
    "subprocess.check_call": "asyncio.create_subprocess_exec",
    "subprocess.check_output": "asyncio.create_subprocess_exec",
    "socket.create_connection": "asyncio.open_connection",
    "urllib.request.urlopen": "httpx.AsyncClient",
    "requests.request": "httpx.AsyncClient",
    "requests.get": "httpx.AsyncClient",
    "requests.post": "httpx.AsyncClient",
    "requests.put": "httpx.AsyncClient",
    "requests.patch": "httpx.AsyncClient",
    "requests.delete": "httpx.AsyncClient",
    "requests.head": "httpx.AsyncClient",
    "httpx.request": "httpx.AsyncClient",
    "httpx.get": "httpx.AsyncClient",
    "httpx.post": "httpx.AsyncClient",
    "httpx.put": "httpx.AsyncClient",
    "httpx.patch": "httpx.AsyncClient",
    "httpx.delete": "httpx.AsyncClient",
    "httpx.head": "httpx.AsyncClient",
}


@dataclass(frozen=True)
class Finding:
    """A blocking call: where it stands, its full name, and what to use instead."""

    line: int
    column: int
    call: str
    suggestion: str


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef, ast.Module)


def find_blocking_calls(source: str, *, filename: str = "<source>") -> list[Finding]:
    """Return the calls in ``source`` that block the loop, in the order of the text."""
    places = _places(ast.parse(source, filename))
    found = []
    for node, scopes in places.items():
        if not isinstance(node, ast.Call):
            continue
        functions = [scope for scope in scopes if isinstance(scope, FUNCTIONS)]
        if functions and isinstance(functions[-1], ast.AsyncFunctionDef):
            name = _full_name(node.func, scopes, places)
            if name in BLOCKING:
                found.append((node.lineno, node.col_offset, name, BLOCKING[name]))
    return [Finding(*finding) for finding in sorted(found)]


def _places(tree: ast.Module) -> dict[ast.AST, tuple[ast.AST, ...]]:
    """Return for every node the scopes around it, the innermost last."""
    places: dict[ast.AST, tuple[ast.AST, ...]] = {}
    todo: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while todo:
        node, scopes = todo.pop()
        places[node] = scopes
        outside = set(_evaluated_outside(node))
        for child in ast.iter_child_nodes(node):
            inner = (*scopes, node) if isinstance(node, SCOPES) and child not in outside else scopes
            if isinstance(child, ast.arguments):
                places[child] = scopes
                values = {*child.defaults, *filter(None, child.kw_defaults)}
                for part in ast.iter_child_nodes(child):
                    todo.append((part, scopes if part in values else (*scopes, node)))
            elif isinstance(node, COMPREHENSIONS) and child is node.generators[0]:
                places[child] = inner
                for part in ast.iter_child_nodes(child):
                    todo.append((part, scopes if part is child.iter else inner))
            else:
                todo.append((child, inner))
    return places


def _evaluated_outside(node: ast.AST) -> Iterator[ast.AST]:
    yield from getattr(node, "decorator_list", ())
    yield from getattr(node, "bases", ())
    yield from getattr(node, "keywords", ())


def _full_name(node: ast.expr, scopes: tuple[ast.AST, ...], places: Any) -> str | None:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    tables = _tables(places)
    for scope in reversed(scopes):
        if isinstance(scope, ast.ClassDef) and scope is not scopes[-1]:
            continue
        if node.id in tables.get(scope, {}):
            return ".".join([tables[scope][node.id], *names])
    return ".".join([node.id, *names]) if node.id in ("open", "input") else None


_known: list[tuple[Any, dict[ast.AST, dict[str, str]]]] = []


def _tables(places: dict[ast.AST, tuple[ast.AST, ...]]) -> dict[ast.AST, dict[str, str]]:
    """Return the names that each scope binds; worked out once for a source."""
    if not _known or _known[-1][0] is not places:
        tables: dict[ast.AST, dict[str, str]] = {}
        for node, scopes in places.items():
            for name, full_name in _bound_by(node):
                where = [s for s in scopes if not isinstance(s, COMPREHENSIONS)]
                is_walrus = isinstance(node, ast.NamedExpr)
                scope = (where if is_walrus else scopes)[-1]
                tables.setdefault(scope, {}).setdefault(name, full_name)
        _known[:] = [(places, tables)]
    return _known[-1][1]


def _bound_by(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Import():
            for alias in node.names:
                first = alias.name.split(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        case ast.ImportFrom():
            for alias in node.names:
                full_name = "." * node.level + f"{node.module}.{alias.name}"
                yield alias.asname or alias.name, full_name
        case ast.Name(ctx=ast.Store() | ast.Del()):
            yield node.id, "?"
        case ast.NamedExpr():
            yield node.target.id, "?"
        case ast.arg():
            yield node.arg, "?"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, "?"
        case ast.ExceptHandler(name=str()) | ast.MatchAs(name=str()) | ast.MatchStar(name=str()):
            yield node.name, "?"


async def measure_steps(
    coroutine: Coroutine[Any, Any, T], clock: Callable[[], float], steps: list[float]
) -> T:
    """Run ``coroutine`` to its end, and append to ``steps`` how long each step held the loop."""
    resume, value = coroutine.send, None
    while True:
        started = clock()
        try:
            awaited = resume(value)
        except StopIteration as end:
            return end.value
        steps.append(clock() - started)
        try:
            resume, value = coroutine.send, await _give_way(awaited)
        except BaseException as error:
            resume, value = coroutine.throw, error


@types.coroutine
def _give_way(awaited: Any) -> Any:
    return (yield awaited)
