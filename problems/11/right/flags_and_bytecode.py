"""Reads the compiled code: its flags, its names, its calls; a task runs a measured Coroutine."""

import asyncio
import dis
import inspect
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import CodeType
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


COROUTINE = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
LOADS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_DEREF")
CALLS = ("CALL", "CALL_KW", "CALL_FUNCTION_EX")


def find_blocking_calls(source: str, *, filename: str = "<source>") -> list[Finding]:
    """Return the calls in ``source`` that block the loop, in the order of the text."""
    found: set[Finding] = set()
    code = compile(source, filename, "exec", dont_inherit=True)
    _Code(code, []).collect(found, is_async=False)
    return sorted(found, key=lambda finding: (finding.line, finding.column))


class _Code:
    def __init__(self, code: CodeType, outer: list["_Code"]) -> None:
        self.code = code
        self.outer = outer
        skipped = ("PUSH_NULL", "EXTENDED_ARG", "NOP")
        self.instructions = [i for i in dis.get_instructions(code) if i.opname not in skipped]
        arguments = code.co_argcount + code.co_kwonlyargcount
        arguments += bool(code.co_flags & inspect.CO_VARARGS)
        arguments += bool(code.co_flags & inspect.CO_VARKEYWORDS)
        self.names: dict[str, str] = dict.fromkeys(code.co_varnames[:arguments], "?")
        self._read_bindings()

    def _read_bindings(self) -> None:
        module, fromlist, full_name = "", None, "?"
        for index, instruction in enumerate(self.instructions):
            name = instruction.argval
            if instruction.opname == "IMPORT_NAME":
                level, fromlist = (i.argval for i in self.instructions[index - 2 : index])
                module = "." * level + name
                full_name = module.partition(".")[0]
            elif instruction.opname == "IMPORT_FROM":
                full_name = f"{module}.{name}" if fromlist else module
            elif instruction.opname.startswith(("STORE_", "DELETE_")):
                names = name if isinstance(name, tuple) else (name,)
                for bound in names:
                    self.names[bound] = full_name
                full_name = "?"

    def collect(self, found: set[Finding], *, is_async: bool) -> None:
        if is_async:
            found |= set(self._blocking_calls())
        for const in self.code.co_consts:
            if isinstance(const, CodeType):
                is_function = const.co_flags & inspect.CO_OPTIMIZED
                if is_function and const.co_name not in COMPREHENSIONS:
                    is_inner_async = bool(const.co_flags & COROUTINE)
                else:
                    is_inner_async = is_async
                _Code(const, [*self.outer, self]).collect(found, is_async=is_inner_async)

    def _blocking_calls(self):
        chains: dict[tuple[int, int], str] = {}
        place, chain = None, "?"
        for instruction in self.instructions:
            start = instruction.positions.lineno, instruction.positions.col_offset
            if instruction.opname in LOADS:
                place, chain = start, self._full_name(instruction)
            elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and place is not None:
                chain += f".{instruction.argval}"
            else:
                place = None
            if place is not None:
                chains[place] = chain
            if instruction.opname in CALLS and chains.get(start) in BLOCKING:
                yield Finding(*start, chains[start], BLOCKING[chains[start]])

    def _full_name(self, instruction: dis.Instruction) -> str:
        name, everyone = instruction.argval, [*self.outer, self]
        if instruction.opname == "LOAD_DEREF":
            owner = next(c for c in reversed(everyone) if name in c.code.co_cellvars)
            return owner.names.get(name, "?")
        if instruction.opname != "LOAD_GLOBAL" and name in self.names:
            return self.names[name]
        is_builtin = name in ("open", "input")
        return everyone[0].names.get(name, name if is_builtin else "?")


async def measure_steps(
    coroutine: Coroutine[Any, Any, T], clock: Callable[[], float], steps: list[float]
) -> T:
    """Run ``coroutine`` to its end, and append to ``steps`` how long each step held the loop."""
    return await asyncio.create_task(_Measured(coroutine, clock, steps))


class _Measured(Coroutine):
    def __init__(self, coroutine, clock, steps):
        self.coroutine, self.clock, self.steps = coroutine, clock, steps

    def __await__(self):
        raise TypeError("is run by a task")

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
