"""The engine for where forking is missing or unsafe: a fresh process for each grading.

Slower, because each one imports pytest and collects its tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

from grader.engine.base import Base
from grader.engine.environment import clean_environment
from grader.engine.job import MUTE, Order
from grader.engine.manifest import Collected, Manifest, read_manifest
from grader.engine.probing import run_probe
from grader.errors import EngineError
from grader.isolation import Isolation


class FreshWorker:
    """A process of its own: speaks on its standard output, and what is printed is its error."""

    def __init__(
        self, process: subprocess.Popen[bytes], forget: Callable[[FreshWorker], None]
    ) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._forget = forget
        self._is_cut_short = False
        self.outcomes: BinaryIO = process.stdout  # type: ignore[assignment]  # opened for bytes
        self.output: BinaryIO = open(os.dup(process.stderr.fileno()), "rb", buffering=0)
        process.stderr.close()

    @property
    def pid(self) -> int | None:
        """Its number, also once it has ended."""
        return self._process.pid

    def interrupt(self) -> None:
        """Ask it to write down where each thread is, and end, where there is such a signal."""
        if hasattr(signal, "SIGUSR1"):
            self._process.send_signal(signal.SIGUSR1)
            # It may have stopped itself.
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it, and the processes that it started and that stayed in its group."""
        self._process.kill()
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def cut_short(self) -> None:
        """End it because the engine ends: its status says nothing about the solution."""
        self._is_cut_short = True
        self.kill()

    def wait(self) -> int | None:
        """Wait until it is gone; return its exit status, -N for signal N."""
        status = self._process.wait()
        return None if self._is_cut_short else status

    def close(self) -> None:
        """Let the engine forget it."""
        self._forget(self)


class FreshEngine(Collected):
    """A new interpreter for each order."""

    kind = "fresh"

    def __init__(
        self, root: Path, folders: Sequence[Path], isolation: Isolation = Isolation.BEST
    ) -> None:
        super().__init__(isolation)
        self._root = root
        self._folders = folders
        self._lock = threading.Lock()
        self._workers: set[FreshWorker] = set()
        self._is_closed = False
        # Not on the command line, which a solution could read.
        self._secret = f"{secrets.token_hex()}\n".encode()

    def _collected(self) -> Manifest:
        self._refuse_if_closed()
        if not self._manifest.layers:
            self._manifest = self._collect()
        return self._manifest

    def _collect(self) -> Manifest:
        process = self._popen(self._folders)
        out, err = process.communicate(self._secret)
        try:
            return read_manifest(json.loads(out), self._wanted)
        except json.JSONDecodeError as error:
            words = err.decode(errors="replace")[-2000:]
            raise EngineError(f"The tests cannot be collected. Python said:\n{words}") from error

    def start(self, order: Order) -> FreshWorker:
        """Start a worker; raise EngineError once the engine is closed."""
        folder = next(folder for folder in self._folders if folder.name == order.number)
        with self._lock:
            self._refuse_if_closed()
            process = self._popen([folder])
            worker = FreshWorker(process, self._workers.discard)
            self._workers.add(worker)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(self._secret + order.dump())
        return worker

    def close(self) -> None:
        """End the workers that are still at it; start no other."""
        with self._lock:
            self._is_closed = True
            for worker in tuple(self._workers):
                worker.cut_short()

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise EngineError("The engine is closed.")

    def _popen(self, folders: Sequence[Path]) -> subprocess.Popen[bytes]:
        paths = [self._wanted, str(self._root), *map(str, folders)]
        return subprocess.Popen(  # noqa: S603  # our own module
            # Not -m: the package has imported this module already, and runpy would warn of that.
            [sys.executable, "-P", "-s", "-c", f"from {__name__} import main; main()", *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._root,
            env=clean_environment(),
            start_new_session=True,
        )


def main() -> None:
    """Be that process: run the order on standard input; without one, tell which tests there are."""
    secret, _, data = sys.stdin.buffer.read().partition(b"\n")
    order = Order.parse(data) if data else None
    outcomes = os.dup(1)
    os.dup2(2, 1)
    base = Base(sys.argv[1:], secret.decode())
    del secret
    if order is not None and order.questions is not None:
        base.secret = ""
        _end_after(lambda: run_probe(order, base.probes, base.confinement, outcomes))
    # Both import pytest, of which a probe's process is to know nothing.
    from grader.engine.child import run_order
    from grader.engine.session import Collection, collect

    def serve(collection: Collection) -> None:
        manifest = collection.manifest()
        if order is not None:
            _end_after(lambda: run_order(order, collection.items, base.confinement, outcomes))
        with open(outcomes, "wb", buffering=0) as stream:
            _end_after(lambda: stream.write(manifest))

    collect(base, serve)


def _end_after(action: Callable[[], object]) -> NoReturn:
    """Do that and end this process: atexit and finally blocks belong to the solution."""
    status = MUTE
    try:
        action()
        status = 0
    finally:
        os._exit(status)
