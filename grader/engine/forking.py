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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from grader.case import TestCase
from grader.engine import wire
from grader.engine.environment import clean_environment
from grader.engine.job import Order
from grader.engine.manifest import read_manifest
from grader.errors import EngineError


class ForkedWorker:
    """A fork of the warm process; ``handle`` is its pidfd, which no other process can inherit."""

    def __init__(self, handle: int, outcomes: int, output: int, status: int) -> None:
        self._handle = handle
        self._status = status
        self.outcomes: BinaryIO = open(outcomes, "rb")
        self.output: BinaryIO = open(output, "rb", buffering=0)

    def interrupt(self) -> None:
        """Ask it to write down where each thread is, and end."""
        self._signal(signal.SIGUSR1)

    def kill(self) -> None:
        """End it; the warm process ends what it started."""
        self._signal(signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it and what it started are gone; return its exit status, -N for signal N."""
        with open(self._status, "rb") as pipe:
            status = pipe.read()
        # Nothing there: the warm process died first, and its workers with it.
        return int(status or -signal.SIGKILL)

    def close(self) -> None:
        """Let go of the pidfd."""
        os.close(self._handle)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)


class ForkingEngine:
    """One warm process that collected the tests of the problems; a fork of it for each order."""

    isolation = "a forked process for each solution"

    def __init__(self, root: Path, folders: Sequence[Path]) -> None:
        self._root = root
        self._folders = folders
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._tests: Mapping[str, tuple[TestCase, ...]] = {}

    def tests(self) -> Mapping[str, tuple[TestCase, ...]]:
        """Return the tests of each problem by number; raise ProblemFaults where there are none."""
        with self._lock:
            self._warm_up()
        return self._tests

    def start(self, order: Order) -> ForkedWorker:
        """Start a worker; raise EngineError where the warm process does not answer."""
        pipes = [os.pipe() for _ in range(3)]
        ours, theirs = zip(*pipes, strict=True)
        try:
            with self._lock:
                self._warm_up()
                wire.send(self._channel, order.dump(), theirs)
                answer = wire.receive(self._channel)
        except OSError as error:
            answer = None
            self._log.write(f"{error}\n".encode())
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        if answer is None:
            for descriptor in ours:
                os.close(descriptor)
            raise EngineError(f"The warm process does not answer.{self._last_words()}")
        return ForkedWorker(answer[1][0], *ours)

    def close(self) -> None:
        """End the warm process, and with it every worker; start no other."""
        with self._lock:
            self._is_closed = True
            self._end_process()

    def _end_process(self) -> None:
        if self._process is not None:
            self._channel.close()
            self._process.wait()
            self._log.close()
            self._process = None

    def _warm_up(self) -> None:
        """Start the warm process, if none is running."""
        if self._is_closed:
            raise EngineError("The engine is closed.")
        if self._process is not None and self._process.poll() is None:
            return
        self._end_process()
        self._channel, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()
        with theirs:
            arguments = [str(theirs.fileno()), str(self._root), *map(str, self._folders)]
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-P", "-s", "-m", "grader.engine.warm", *arguments],
                pass_fds=[theirs.fileno()],
                cwd=self._root,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                # Ctrl-C at the terminal is for the parent, which ends the warm process itself.
                start_new_session=True,
            )
        received = wire.receive(self._channel)
        if received is None:
            raise EngineError(f"The warm process ended at its start.{self._last_words()}")
        self._tests = read_manifest(json.loads(received[0]))

    def _last_words(self) -> str:
        self._log.seek(0)
        text = self._log.read().decode(errors="replace").strip()
        return f" It said:\n{text[-2000:]}" if text else ""
