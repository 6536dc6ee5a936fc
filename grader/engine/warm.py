"""Child side: the warm processes, which fork a worker for each order.

One collects the tests once, the other knows the probes and no test. Single-threaded, so that a
fork copies a process at rest; neither runs a solution itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import secrets
import select
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import NoReturn

from grader.cores import stay_on_core
from grader.engine.base import Base
from grader.engine.job import MUTE, Order
from grader.engine.probing import run_probe
from grader.engine.reaper import adopt_orphans, die_with_parent, end_orphans, outlive_parent
from grader.engine.wire import receive, send

# The descriptor on which a worker speaks.
OUTCOMES = 3
MAX_DESCRIPTORS = 65_536


class Nursery:
    """The workers that are running, each with the pipe that waits for its exit status."""

    def __init__(
        self, channel: socket.socket, run: Callable[[Order, int], None], kept: Sequence[int] = ()
    ) -> None:
        """Serve a channel; ``run`` is what a worker does, ``kept`` are children that are none."""
        self._channel = channel
        self._run = run
        self._kept = kept
        self._status_pipes: dict[int, int] = {}
        self._wake_up, wake_up = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_up, warn_on_full_buffer=False)
        # Python's own handler, because a signal at its default does not write to the pipe.
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        """Take orders until the other end closes; then end every worker."""
        while True:
            ready, _, _ = select.select([self._channel.fileno(), self._wake_up], [], [])
            if self._wake_up in ready:
                os.read(self._wake_up, 4096)
                self._reap()
            if self._channel.fileno() in ready:
                received = receive(self._channel)
                if received is None:
                    return self._end_all()
                self._start(Order.parse(received[0]), received[1])

    def _start(self, order: Order, descriptors: list[int]) -> None:
        outcomes, output, status_pipe = descriptors
        pid = os.fork()
        if pid == 0:
            self._become_worker(order, outcomes, output)
        self._status_pipes[pid] = status_pipe
        handle = os.pidfd_open(pid)
        send(self._channel, str(pid).encode(), [handle])
        for descriptor in (handle, outcomes, output):
            os.close(descriptor)

    def _become_worker(self, order: Order, outcomes: int, output: int) -> None:
        """Run the order in this process, which ends here."""
        status = MUTE
        try:
            die_with_parent()
            stay_on_core()
            signal.set_wakeup_fd(-1)
            _leave_parent(outcomes, output)
            self._run(order, OUTCOMES)
            status = 0
        finally:
            # os._exit: atexit and finally blocks belong to the solution.
            os._exit(status)

    def _reap(self) -> None:
        """Report each worker that ended, once nothing that it started is left."""
        for pid in list(self._status_pipes):
            # Not reaped yet: until then nobody else can get its process group's number.
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                pipe, status = self._bury(pid)
                with contextlib.suppress(BrokenPipeError):
                    os.write(pipe, str(status).encode())
                os.close(pipe)

    def _bury(self, pid: int) -> tuple[int, int]:
        """End what a worker left; return the pipe that waits for its status, and the status."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        pipe = self._status_pipes.pop(pid)
        end_orphans([*self._status_pipes, *self._kept])
        return pipe, status

    def _end_all(self) -> None:
        """End every worker; no status is sent, for it would say nothing about the solution."""
        for pid in list(self._status_pipes):
            os.kill(pid, signal.SIGKILL)
            self._bury(pid)


def _leave_parent(outcomes: int, output: int) -> None:
    """Leave the warm process behind: a session of its own, and no descriptor but four."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((silence, 0), (output, 1), (output, 2), (outcomes, OUTCOMES)):
        os.dup2(source, target)
    os.closerange(OUTCOMES + 1, MAX_DESCRIPTORS)


def _import_late_modules() -> None:
    """Import here, once, what FastAPI would import in every fork, at its first typed endpoint."""
    if "fastapi" in sys.modules:
        with contextlib.suppress(ImportError), warnings.catch_warnings(action="ignore"):
            importlib.import_module("pydantic.v1")


def main() -> None:
    """Serve the two sockets whose descriptors come first, for tests and for probes."""
    die_with_parent()
    adopt_orphans()
    # All that is read from here on stays: to look for what does not would take a fifth of the time.
    gc.disable()
    tests, questions = (socket.socket(fileno=int(word)) for word in sys.argv[1:3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    base = Base(sys.argv[3:], secrets.token_hex())
    # Before any test is imported: a solution that is asked has none in its memory.
    prober = os.fork()
    if prober == 0:
        _serve_probes(questions, tests, base)
    questions.close()
    _serve_tests(tests, base, prober)


def _serve_probes(channel: socket.socket, other: socket.socket, base: Base) -> NoReturn:
    """Serve probes in this process, which ends when its parent does."""
    try:
        die_with_parent()
        adopt_orphans()
        other.close()
        base.secret = ""
        _come_to_rest()

        def run(order: Order, descriptor: int) -> None:
            run_probe(order, base.probes, base.confinement, descriptor)

        Nursery(channel, run).run()
    finally:
        os._exit(0)


def _serve_tests(channel: socket.socket, base: Base, prober: int) -> None:
    # Both import pytest, of which a probe's process is to know nothing.
    from grader.engine.child import run_order
    from grader.engine.session import Collection, collect

    def serve(collection: Collection) -> None:
        # From here on the closed socket tells that the parent ended, and leaves the time to end
        # all workers. The signal would come already when the thread ends that started us, which
        # waits for the manifest at least.
        outlive_parent()
        send(channel, collection.manifest())
        _come_to_rest()

        def run(order: Order, descriptor: int) -> None:
            run_order(order, collection.items, base.confinement, descriptor)

        Nursery(channel, run, kept=[prober]).run()
        # Its own socket is closed as well by now; it ends its workers first.
        os.waitpid(prober, 0)
        # Nothing is left to do, and what pytest would print at its end tells nobody anything.
        os._exit(0)

    collect(base, serve)


def _come_to_rest() -> None:
    """Import what every worker would, and make what is here stay: no worker looks at it again."""
    _import_late_modules()
    gc.collect()
    gc.freeze()
    gc.enable()
    sys.stdout.flush()
    sys.stderr.flush()


if __name__ == "__main__":
    main()
