"""Thinks a coroutine needs nothing but to be sent None until it ends."""

import ast
import asyncio
import builtins
import contextlib
import functools
import types
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Sequence
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


def find_blocking_calls(source: str, *, filename: str = "<source>") -> list[Finding]:
    """Return the calls in ``source`` that block the loop, in the order of the text."""
    reader = _Reader()
    reader.visit(ast.parse(source, filename))
    found = []
    for call, scope in reader.calls:
        # Only now: names may be bound below the function that uses them.
        name = _full_name(call.func, scope)
        if name in BLOCKING:
            found.append(Finding(call.lineno, call.col_offset, name, BLOCKING[name]))
    return sorted(found, key=lambda finding: (finding.line, finding.column))


async def measure_steps(
    coroutine: Coroutine[Any, Any, T], clock: Callable[[], float], steps: list[float]
) -> T:
    """Run ``coroutine`` to its end, and append to ``steps`` how long each step held the loop."""
    return await _stepwise(coroutine, clock, steps)


class _Scope:
    """The names that a module, class, function or comprehension binds."""

    def __init__(
        self,
        outer: "_Scope | None" = None,
        *,
        is_async: bool = False,
        is_class: bool = False,
        is_comprehension: bool = False,
    ) -> None:
        self.outer = outer
        # Whether the nearest function is a coroutine function or an async generator.
        self.is_async = is_async
        self.is_class = is_class
        self.is_comprehension = is_comprehension
        # What an import makes of a name; None for whatever else binds it.
        self.names: dict[str, str | None] = {}

    def resolve(self, name: str) -> str | None:
        """Return what the name stands for, None if it is neither imported nor built in."""
        scope: _Scope | None = self
        while scope is not None:
            # The names of a class are seen in its body only, not in what is nested there.
            if name in scope.names and (scope is self or not scope.is_class):
                return scope.names[name]
            scope = scope.outer
        return name if hasattr(builtins, name) else None


class _Reader(ast.NodeVisitor):
    """Collects the calls in async functions, each with its scope, and the names of all scopes."""

    def __init__(self) -> None:
        self.scope = _Scope()
        self.calls: list[tuple[ast.Call, _Scope]] = []

    def visit_Call(self, node: ast.Call) -> None:
        if self.scope.is_async:
            self.calls.append((node, self.scope))
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            first = alias.name.partition(".")[0]
            self.scope.names[alias.asname or first] = alias.name if alias.asname else first

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            full_name = None if node.level else f"{node.module}.{alias.name}"
            self.scope.names[alias.asname or alias.name] = full_name

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.scope.names[node.id] = None

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        # Left to the comprehension, the name would be bound too far inside.
        self._functions_scope().names[node.target.id] = None
        self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        self.scope.names[node.arg] = None

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._bind(node.name, node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self._bind(node.name, node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        self._bind(node.name, node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self._bind(node.rest, node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scope.names[node.name] = None
        self._visit_all(node.decorator_list)
        is_async = isinstance(node, ast.AsyncFunctionDef)
        self._visit_function(node.args, node.body, is_async=is_async)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_function(node.args, [node.body], is_async=False)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.scope.names[node.name] = None
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        with self._inside(is_async=self.scope.is_async, is_class=True):
            self._visit_all(node.body)

    def visit_ListComp(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        first, *others = node.generators
        # The first iterable is evaluated outside, before there are any targets.
        self.visit(first.iter)
        with self._inside(is_async=self.scope.is_async, is_comprehension=True):
            results = (getattr(node, field, None) for field in ("elt", "key", "value"))
            self._visit_all([first.target, *first.ifs, *others, *filter(None, results)])

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def _visit_function(
        self, arguments: ast.arguments, body: Sequence[ast.AST], *, is_async: bool
    ) -> None:
        self._visit_all([*arguments.defaults, *filter(None, arguments.kw_defaults)])
        with self._inside(is_async=is_async):
            everyone = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            self._visit_all([*everyone, *filter(None, [arguments.vararg, arguments.kwarg])])
            self._visit_all(body)

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _bind(self, name: str | None, node: ast.AST) -> None:
        if name is not None:
            self.scope.names[name] = None
        self.generic_visit(node)

    def _functions_scope(self) -> _Scope:
        scope = self.scope
        while scope.is_comprehension and scope.outer is not None:
            scope = scope.outer
        return scope

    @contextlib.contextmanager
    def _inside(self, **kind: bool) -> Iterator[None]:
        outer = self.scope
        self.scope = _Scope(outer, **kind)
        yield
        self.scope = outer


def _full_name(node: ast.expr, scope: _Scope) -> str | None:
    """Return the full name of ``name`` or ``name.attribute``, None for any other expression."""
    if isinstance(node, ast.Name):
        return scope.resolve(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = _full_name(node.value, scope)
    return owner and f"{owner}.{node.attr}"


async def _stepwise(
    coroutine: Coroutine[Any, Any, T], clock: Callable[[], float], steps: list[float]
) -> T:
    while True:
        started = clock()
        try:
            coroutine.send(None)
        except StopIteration as end:
            return end.value
        finally:
            steps.append(clock() - started)
        await asyncio.sleep(0)
