"""Child side: the warm process. Collects tests once, then forks a worker for each order.

Single-threaded, so that a fork copies a process at rest; runs no solution itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
import warnings
from pathlib import Path

from grader.engine.child import run_order
from grader.engine.job import MUTE, Order
from grader.engine.reaper import adopt_orphans, die_with_parent, end_orphans, outlive_parent
from grader.engine.session import Collection, Items, collect
from grader.engine.wire import receive, send

# The descriptor on which a worker speaks.
OUTCOMES = 3
MAX_DESCRIPTORS = 65_536


class Nursery:
    """The workers that are running, each with the pipe that waits for its exit status."""

    def __init__(self, channel: socket.socket, items: Items) -> None:
        self._channel = channel
        self._items = items
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
        send(self._channel, b"started", [handle])
        for descriptor in (handle, outcomes, output):
            os.close(descriptor)

    def _become_worker(self, order: Order, outcomes: int, output: int) -> None:
        """Run the order in this process, which ends here."""
        status = MUTE
        try:
            die_with_parent()
            signal.set_wakeup_fd(-1)
            _leave_parent(outcomes, output)
            run_order(order, self._items, OUTCOMES)
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
        end_orphans(self._status_pipes)
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
    """Serve the socket whose descriptor is the first argument; the others are paths."""
    die_with_parent()
    adopt_orphans()
    channel = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    root, *folders = map(Path, sys.argv[2:])

    def serve(collection: Collection) -> None:
        # From here on the closed socket tells that the parent ended, and leaves the time to end
        # all workers. The signal would come already when the thread ends that started us, which
        # waits for the manifest at least.
        outlive_parent()
        send(channel, collection.manifest())
        _import_late_modules()
        # What is here now stays: a collection in a worker need not look at it again.
        gc.collect()
        gc.freeze()
        sys.stdout.flush()
        sys.stderr.flush()
        Nursery(channel, collection.items).run()
        # Nothing is left to do, and what pytest would print at its end tells nobody anything.
        os._exit(0)

    collect(root, folders, serve)


if __name__ == "__main__":
    main()
