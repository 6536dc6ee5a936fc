"""Thinks a function is known by its last name."""

import ast
import functools
import types
from collections.abc import Callable, Coroutine, Generator
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
    finder = _Finder()
    finder.visit(ast.parse(source, filename))
    return sorted(finder.found, key=lambda finding: (finding.line, finding.column))


class _Finder(ast.NodeVisitor):
    def __init__(self) -> None:
        self.functions: list[ast.AST] = []
        self.found: list[Finding] = []

    def visit_FunctionDef(self, node: Any) -> None:
        arguments = node.args
        self._visit_all(getattr(node, "decorator_list", []))
        self._visit_all([*arguments.defaults, *filter(None, arguments.kw_defaults)])
        self.functions.append(node)
        self._visit_all(node.body if isinstance(node.body, list) else [node.body])
        self.functions.pop()

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    def _visit_all(self, nodes: list[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _is_async(self) -> bool:
        return bool(self.functions) and isinstance(self.functions[-1], ast.AsyncFunctionDef)

    def visit_Call(self, node: ast.Call) -> None:
        last = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        for name in BLOCKING:
            if self._is_async() and name.rpartition(".")[2] == last:
                self.found.append(Finding(node.lineno, node.col_offset, name, BLOCKING[name]))
                break
        self.generic_visit(node)


async def measure_steps(
    coroutine: Coroutine[Any, Any, T], clock: Callable[[], float], steps: list[float]
) -> T:
    """Run ``coroutine`` to its end, and append to ``steps`` how long each step held the loop."""
    return await _stepwise(coroutine, clock, steps)


@types.coroutine
def _stepwise(
    coroutine: Coroutine[Any, Any, T], clock: Callable[[], float], steps: list[float]
) -> Generator[Any, Any, T]:
    resume = functools.partial(coroutine.send, None)
    while True:
        started = clock()
        try:
            awaited = resume()
        except StopIteration as end:
            return end.value
        finally:
            steps.append(clock() - started)
        try:
            resume = functools.partial(coroutine.send, (yield awaited))
        except BaseException as error:  # a cancellation, which belongs to the coroutine
            resume = functools.partial(coroutine.throw, error)
