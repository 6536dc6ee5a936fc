"""The engine for Linux: one warm process, a fork for each grading."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from grader.engine.environment import clean_environment
from grader.engine.job import Order
from grader.engine.manifest import Collected, Manifest, read_manifest
from grader.engine.wire import receive, send
from grader.errors import EngineError, ProblemFaults, UsageError
from grader.isolation import Isolation

# How long the warm process may take to end every worker; longer only if it hangs in a test file.
EXIT_SECONDS = 5.0


class ForkedWorker:
    """A fork of the warm process; ``handle`` is its pidfd, which no other process can inherit."""

    def __init__(self, pid: int, handle: int, outcomes: int, output: int, status: int) -> None:
        self.pid = pid
        self._handle = handle
        self._status = status
        self.outcomes: BinaryIO = open(outcomes, "rb")
        self.output: BinaryIO = open(output, "rb", buffering=0)

    def interrupt(self) -> None:
        """Ask it to write down where each thread is, and end, also if it has stopped itself."""
        self._signal(signal.SIGUSR1)
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it; the warm process ends what it started."""
        self._signal(signal.SIGKILL)

    def wait(self) -> int | None:
        """Wait until it and what it started are gone; return its exit status, -N for signal N."""
        with open(self._status, "rb") as pipe:
            status = pipe.read()
        # Nothing there: the warm process ended first, and its workers with it.
        return int(status) if status else None

    def close(self) -> None:
        """Let go of the pidfd."""
        os.close(self._handle)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)


class ForkingEngine(Collected):
    """One warm process that collected the tests of the problems; a fork of it for each order."""

    kind = "forked"

    def __init__(
        self, root: Path, folders: Sequence[Path], isolation: Isolation = Isolation.BEST
    ) -> None:
        super().__init__(isolation)
        self._root = root
        self._folders = folders
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def _collected(self) -> Manifest:
        with self._lock:
            self._warm_up()
        return self._manifest

    def start(self, order: Order) -> ForkedWorker:
        """Start a worker; raise EngineError where the warm process does not answer."""
        with self._lock:
            self._warm_up()
            pipes = [os.pipe() for _ in range(3)]
            ours, theirs = zip(*pipes, strict=True)
            channel = self._tests if order.questions is None else self._probes
            try:
                send(channel, order.dump(), theirs)
                answer = receive(channel)
            except OSError:
                answer = None
            finally:
                _close(theirs)
            if answer is None:
                _close(ours)
                raise EngineError(f"The warm process does not answer.{self._end_process()}")
        return ForkedWorker(int(answer[0]), answer[1][0], *ours)

    def close(self) -> None:
        """End the warm process, and with it every worker; start no other."""
        with self._lock:
            self._is_closed = True
            self._end_process()

    def _end_process(self) -> str:
        """End the warm process, if there is one; return its last words."""
        if self._process is None:
            return ""
        self._tests.close()
        self._probes.close()
        try:
            self._process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        with self._log as log:
            log.seek(0)
            text = log.read().decode(errors="replace").strip()
        return f" It said:\n{text[-2000:]}" if text else ""

    def _warm_up(self) -> None:
        """Start the warm process, if none is running."""
        if self._is_closed:
            raise EngineError("The engine is closed.")
        if self._process is not None and self._process.poll() is None:
            return
        self._end_process()
        self._start_process()
        try:
            manifest, _ = receive(self._tests) or (b"", [])
            self._manifest = read_manifest(json.loads(manifest), self._wanted)
        except (OSError, ValueError) as error:
            words = self._end_process()
            raise EngineError(f"The warm process ended at its start.{words}") from error
        except (ProblemFaults, UsageError):
            # It has nothing to serve, and another call has to meet the same again.
            self._end_process()
            raise

    def _start_process(self) -> None:
        with contextlib.ExitStack() as open_until_here:
            log = open_until_here.enter_context(tempfile.TemporaryFile())
            tests, their_tests = map(open_until_here.enter_context, socket.socketpair())
            probes, their_probes = map(open_until_here.enter_context, socket.socketpair())
            self._log, self._tests, self._probes = log, tests, probes
            theirs = (their_tests.fileno(), their_probes.fileno())
            arguments = [*map(str, theirs), self._wanted, str(self._root)]
            arguments += map(str, self._folders)
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-P", "-s", "-m", "grader.engine.warm", *arguments],
                pass_fds=theirs,
                cwd=self._root,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C at the terminal is for the parent, which ends the warm process itself.
                start_new_session=True,
            )
            open_until_here.pop_all()
            their_tests.close()
            their_probes.close()


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
