"""Lines that somebody types, waited for only so long."""

from __future__ import annotations

import os
import queue
import threading
from typing import Protocol


class Lines(Protocol):
    """Where lines come from."""

    def line(self, seconds: float) -> str | None:
        """Return the next line, None if none came in time; raise EOFError after the last."""


class Keyboard:
    """The lines of a descriptor, standard input unless told otherwise."""

    def __init__(self, descriptor: int = 0) -> None:
        """Begin to read, in a thread: not every system can wait for a terminal with a time-out."""
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=[descriptor], daemon=True).start()

    def line(self, seconds: float) -> str | None:
        """Return the next line, None if none came in time; raise EOFError after the last."""
        try:
            line = self._lines.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            return None
        if line is None:
            self._lines.put(None)
            raise EOFError
        return line

    def _read(self, descriptor: int) -> None:
        # Not sys.stdin: a thread that is waiting inside its buffer spoils the end of the process.
        rest = b""
        try:
            while data := os.read(descriptor, 4096):
                *whole, rest = (rest + data).split(b"\n")
                for line in whole:
                    self._lines.put(line.decode(errors="replace"))
        except OSError:
            # A closed standard input has no lines.
            pass
        if rest:
            self._lines.put(rest.decode(errors="replace"))
        self._lines.put(None)
