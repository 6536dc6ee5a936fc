"""Child side: how a worker process gets ready, and how it speaks."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

from grader.engine.capture import part_mark
from grader.engine.confine import Confinement
from grader.engine.job import Order, dump_report
from grader.errors import SolutionError
from grader.outcome import Outcome, TestReport
from grader.solution import Solution

ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}


class Speaker:
    """Writes the lines that the supervisor reads."""

    def __init__(self, descriptor: int, token: str) -> None:
        self._descriptor = descriptor
        self._token = token
        self._held = b""

    def hold(self, kind: str, **fields: Any) -> None:
        """Send one message together with the next, as nothing happens between the two."""
        # On a line of its own, whatever the solution wrote before.
        self._held += f"\n{self._token} {json.dumps({'kind': kind, **fields})}\n".encode()

    def say(self, kind: str, **fields: Any) -> None:
        """Send one message, whole."""
        self.hold(kind, **fields)
        data, self._held = self._held, b""
        while data:
            data = data[os.write(self._descriptor, data) :]

    def part(self, number: int) -> None:
        """Let what is printed from now on belong to test ``number``, counted from 0."""
        with contextlib.suppress(OSError):
            os.write(1, part_mark(self._token, number))

    @contextlib.contextmanager
    def failures(self) -> Iterator[None]:
        """Say what failed inside: whatever it is, the supervisor must hear it."""
        try:
            yield
        except Exception:  # noqa: BLE001
            self.say("failure", text=traceback.format_exc())


def loads(solution: Solution, speaker: Speaker) -> bool:
    """Import the solution once, before anything else, and say whether it can be."""
    try:
        solution.load()
    except SolutionError as error:
        report = TestReport(Outcome.ERROR, error.message, error.where)
        speaker.say("broken", report=dump_report(report))
        return False
    speaker.say("loaded")
    return True


def settle_in(order: Order, confinement: Confinement, descriptor: int) -> None:
    """Make the scratch folder the home of everything that asks for one, and shut the door.

    From here on, what runs is the solution. Where it crashed is written to ``descriptor``, and on
    SIGUSR1 the stack of every thread; then the signal ends the process.
    """
    scratch = order.scratch
    faulthandler.enable(file=descriptor, all_threads=False)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, file=descriptor, all_threads=True, chain=True)
    os.chdir(scratch)
    os.environ.clear()
    os.environ.update(ENVIRONMENT, HOME=scratch, TMPDIR=scratch)
    tempfile.tempdir = scratch
    if hasattr(time, "tzset"):
        time.tzset()
    # Here a workspace's settings may make errors of them; in a test the plugin lets them pass.
    warnings.simplefilter("ignore")
    readable = [order.path, *([order.base] if order.base else [])]
    confinement.enter(scratch, readable, order.cpu_seconds)
