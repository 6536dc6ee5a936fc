"""Hear one worker: what it says about tests, what the solution prints, and its end."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass

from grader.engine.capture import HeadAndTail, Transcript
from grader.engine.job import Message, parse_message
from grader.engine.worker import Worker

# No message is longer; a line without end is cut, not kept in memory.
LINE_LIMIT = 1_000_000
# Nor does a worker have more to say: a flood of messages must not keep the supervisor busy.
MESSAGES_PER_TEST = 20
# Room for the stacks of a hundred threads.
STRAY_KEPT = 100_000
# What a worker may still say after its process ended, before the pipe counts as empty.
DRAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Exited:
    """The worker ended, with this status; None where the engine's own process ended first."""

    status: int | None


class Silence:
    """The deadline passed and the worker had said nothing."""


Event = Message | Exited | Silence


class Listener:
    """The messages of one worker, in order, then its end.

    One thread per pipe, because not every platform can wait for several at once.
    """

    def __init__(self, worker: Worker, token: str, tests: int) -> None:
        self._worker = worker
        self._allowance = MESSAGES_PER_TEST * (tests + 1)
        self._mark = f"{token} ".encode()
        self._output = Transcript(token, tests)
        self._stray = HeadAndTail(STRAY_KEPT)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=target, daemon=True)
            for target in (self._read_outcomes, self._read_output, self._await_exit)
        ]
        for thread in self._threads:
            thread.start()

    def next(self, deadline: float) -> Event:
        """Return the next event, or Silence once ``time.monotonic()`` passes ``deadline``."""
        try:
            return self._events.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return Silence()

    def stray_text(self) -> str:
        """Return what came over the outcome pipe without the token: a dump of the stacks."""
        return self._stray.text()

    def printed(self) -> list[str]:
        """Return what it printed before its first test, then during each; once it is closed."""
        return self._output.texts()

    def close(self) -> None:
        """Wait for the worker's end; call only once it is killed or has said that it is done."""
        for thread in self._threads:
            thread.join(DRAIN_SECONDS)

    def _read_outcomes(self) -> None:
        with self._worker.outcomes as stream:
            while line := stream.readline(LINE_LIMIT):
                stray, mark, text = line.partition(self._mark)
                message = parse_message(text) if mark and self._allowance else None
                if message is None:
                    self._stray.write(line)
                else:
                    self._stray.write(stray)
                    self._allowance -= 1
                    self._events.put(message)

    def _read_output(self) -> None:
        with self._worker.output as stream:
            while data := stream.read(65_536):
                self._output.write(data)

    def _await_exit(self) -> None:
        status = self._worker.wait()
        # The pipe may hold messages that were sent before the end, and they come first.
        self._threads[0].join(DRAIN_SECONDS)
        self._events.put(Exited(status))
