"""Asks the module symtable what each name is; a wrapper with __await__ resumes the coroutine."""

import ast
import symtable
from collections.abc import Callable, Coroutine
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
    reader = _Reader(symtable.symtable(source, filename, "exec"))
    reader.visit(ast.parse(source, filename))
    named = ((call, reader.full_name(call.func, *scope)) for call, *scope in reader.calls)
    found = [
        Finding(call.lineno, call.col_offset, name, BLOCKING[name])
        for call, name in named
        if name in BLOCKING
    ]
    return sorted(found, key=lambda finding: (finding.line, finding.column))


class _Reader(ast.NodeVisitor):
    def __init__(self, top):
        self.tables = (top,)
        self.children = {top.get_id(): list(top.get_children())}
        self.imports = {}
        self.hidden = frozenset()
        self.is_async = False
        self.calls = []

    def visit_Call(self, node):
        if self.is_async:
            self.calls.append((node, self.tables, self.hidden))
        self.generic_visit(node)

    def visit_Import(self, node):
        for alias in node.names:
            first, *_ = alias.name.split(".")
            self._note(alias.asname or first, alias.name if alias.asname else first)

    def visit_ImportFrom(self, node):
        for alias in node.names:
            self._note(alias.asname or alias.name, f"{'.' * node.level}{node.module}.{alias.name}")

    def _note(self, name, full_name):
        self.imports[self.tables[-1].get_id(), name] = full_name

    def _visit(self, nodes):
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _table(self, name, node):
        tables = self.children[self.tables[-1].get_id()]
        wanted = name, node.lineno
        return next((t for t in tables if (t.get_name(), t.get_lineno()) == wanted), None)

    def _enter(self, name, node, nodes, is_async):
        table = self._table(name, node)
        self.children[self.tables[-1].get_id()].remove(table)
        self.children[table.get_id()] = list(table.get_children())
        before = self.tables, self.is_async
        self.tables, self.is_async = (*self.tables, table), is_async
        self._visit(nodes)
        self.tables, self.is_async = before

    def _function(self, name, node, body, is_async):
        self._visit([*node.args.defaults, *node.args.kw_defaults])
        self._enter(name, node, body, is_async)

    def visit_FunctionDef(self, node):
        self._visit(node.decorator_list)
        self._function(node.name, node, node.body, False)

    def visit_AsyncFunctionDef(self, node):
        self._visit(node.decorator_list)
        self._function(node.name, node, node.body, True)

    def visit_Lambda(self, node):
        self._function("lambda", node, [node.body], False)

    def visit_ClassDef(self, node):
        self._visit([*node.decorator_list, *node.bases, *node.keywords])
        self._enter(node.name, node, node.body, self.is_async)

    def _comprehension(self, node):
        first, *others = node.generators
        self.visit(first.iter)
        name = {"GeneratorExp": "genexpr"}.get(type(node).__name__, type(node).__name__.lower())
        if isinstance(node, ast.DictComp):
            results = [node.key, node.value]
        else:
            results = [node.elt]
        nodes = [*first.ifs, *others, *results]
        # Since Python 3.12 most comprehensions have no table, and their targets are hidden by hand.
        targets = [n for g in node.generators for n in ast.walk(g.target)]
        before = self.hidden
        self.hidden = before | {n.id for n in targets if isinstance(n, ast.Name)}
        if self._table(name, node) is None:
            self._visit(nodes)
        else:
            self._enter(name, node, nodes, self.is_async)
        self.hidden = before

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def full_name(self, node, tables, hidden):
        if isinstance(node, ast.Attribute):
            return f"{self.full_name(node.value, tables, hidden)}.{node.attr}"
        if not isinstance(node, ast.Name) or node.id in hidden:
            return "?"
        symbol = tables[-1].lookup(node.id)
        if symbol.is_free():
            tables = [t for t in tables[:-1] if t.get_type() == "function"]
            while not _binds(tables[-1], node.id):
                tables = tables[:-1]
        elif not symbol.is_local():
            tables = tables[:1]
        if _binds(tables[-1], node.id):
            return self.imports.get((tables[-1].get_id(), node.id), "?")
        return node.id if node.id in ("open", "input") else "?"


def _binds(table, name):
    return name in table.get_identifiers() and table.lookup(name).is_local()


async def measure_steps(
    coroutine: Coroutine[Any, Any, T], clock: Callable[[], float], steps: list[float]
) -> T:
    """Run ``coroutine`` to its end, and append to ``steps`` how long each step held the loop."""
    return await _Measured(coroutine, clock, steps)


class _Measured:
    """An iterator over what the coroutine waits for, which notes the time of each step."""

    def __init__(self, coroutine, clock, steps):
        self.coroutine, self.clock, self.steps = coroutine, clock, steps

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        return self._step(self.coroutine.send, None)

    def send(self, value):
        return self._step(self.coroutine.send, value)

    def throw(self, *error):
        return self._step(self.coroutine.throw, *error)

    def close(self):
        self.coroutine.close()

    def _step(self, resume, *args):
        started = self.clock()
        try:
            return resume(*args)
        finally:
            self.steps.append(self.clock() - started)
