"""The engine for where forking is missing or unsafe: a fresh process for each grading.

Slower, because each one imports pytest and collects its tests. Run as a module, it is that process.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from grader.case import TestCase
from grader.engine.environment import clean_environment
from grader.engine.job import Order
from grader.engine.manifest import read_manifest
from grader.errors import EngineError


class FreshWorker:
    """A process of its own: speaks on its standard output, and what is printed is its error."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self.outcomes: BinaryIO = process.stdout  # type: ignore[assignment]  # opened for bytes
        self.output: BinaryIO = open(os.dup(process.stderr.fileno()), "rb", buffering=0)
        process.stderr.close()

    def interrupt(self) -> None:
        """Ask it to write down where each thread is, and end, where there is such a signal."""
        if hasattr(signal, "SIGUSR1"):
            self._process.send_signal(signal.SIGUSR1)

    def kill(self) -> None:
        """End it, and the processes that it started and that stayed in its group."""
        self._process.kill()
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it is gone; return its exit status, -N for signal N."""
        return self._process.wait()

    def close(self) -> None:
        """Have nothing left to let go of."""


class FreshEngine:
    """A new interpreter for each order."""

    isolation = "a fresh process for each solution"

    def __init__(self, root: Path, folders: Sequence[Path]) -> None:
        self._root = root
        self._folders = folders

    def tests(self) -> Mapping[str, tuple[TestCase, ...]]:
        """Return the tests of each problem by number; raise ProblemFaults where there are none."""
        process = self._popen(self._folders)
        out, err = process.communicate(b"")
        try:
            return read_manifest(json.loads(out))
        except json.JSONDecodeError as error:
            words = err.decode(errors="replace")[-2000:]
            raise EngineError(f"The tests cannot be collected. Python said:\n{words}") from error

    def start(self, order: Order) -> FreshWorker:
        """Start a worker."""
        folder = (self._root / order.tests[0].split("::")[0]).parent
        process = self._popen([folder])
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(order.dump())
        return FreshWorker(process)

    def close(self) -> None:
        """Have no process left to end: each ends with its order."""

    def _popen(self, folders: Sequence[Path]) -> subprocess.Popen[bytes]:
        paths = [str(self._root), *map(str, folders)]
        return subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-P", "-s", "-m", "grader.engine.fresh", *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._root,
            env=clean_environment(),
            start_new_session=True,
        )


def main() -> None:
    """Run the order on standard input; without one, write down which tests there are."""
    from grader.engine.child import run_order
    from grader.engine.session import Collection, collect

    data = sys.stdin.buffer.read()
    outcomes = os.dup(1)
    os.dup2(2, 1)

    def serve(collection: Collection) -> None:
        if data:
            run_order(Order.parse(data), collection.items, outcomes)
        else:
            with open(outcomes, "wb") as stream:
                stream.write(collection.manifest())
        # os._exit: atexit and finally blocks belong to the solution.
        os._exit(0)

    root, *folders = map(Path, sys.argv[1:])
    collect(root, folders, serve)


if __name__ == "__main__":
    main()
