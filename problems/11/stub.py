"""11 · Blocking code in async functions. See `grader show 11`, or problems/11/README.md."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

# The full name of each blocking function, and what to suggest instead. Given, and complete.
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
    """A blocking call: where it stands, its full name, and what to use instead. Given, and complete."""

    line: int
    column: int
    call: str
    suggestion: str


def find_blocking_calls(source: str, *, filename: str = "<source>") -> list[Finding]:
    """Return the calls in ``source`` that block the loop, in the order of the text."""
    raise NotImplementedError


async def measure_steps(
    coroutine: Coroutine[Any, Any, T], clock: Callable[[], float], steps: list[float]
) -> T:
    """Run ``coroutine`` to its end, and append to ``steps`` how long each step held the loop."""
    raise NotImplementedError
