"""Thinks a call is a name with a bracket behind it, below an `async def`."""

import functools
import re
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
    compile(source, filename, "exec")
    pattern = re.compile(r"(?<![\w.])(" + "|".join(map(re.escape, BLOCKING)) + r")\(")
    found, is_async = [], False
    for number, line in enumerate(source.splitlines(), 1):
        if re.match(r"\s*(async )?def ", line):
            is_async = line.lstrip().startswith("async")
        if is_async:
            for match in pattern.finditer(line):
                name = match[1]
                found.append(Finding(number, match.start(), name, BLOCKING[name]))
    return found


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
