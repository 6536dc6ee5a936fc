"""Tell a Ctrl-C at the keyboard from a KeyboardInterrupt that a solution raises."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import pytest


class InterruptWatch:
    """Remember whether SIGINT was received; without a signal, an interrupt is the solution's."""

    def __init__(self) -> None:
        self.received = False
        self._previous = signal.getsignal(signal.SIGINT)

    def start(self) -> None:
        """Watch SIGINT; do nothing off the main thread, where Python allows no handler."""
        if threading.current_thread() is threading.main_thread() and callable(self._previous):
            signal.signal(signal.SIGINT, self._on_signal)

    def stop(self) -> None:
        """Put the previous handler back."""
        if signal.getsignal(signal.SIGINT) == self._on_signal:
            signal.signal(signal.SIGINT, self._previous)

    def is_signal(self, error: BaseException) -> bool:
        """Tell whether ``error`` must end the whole run: a keyboard interrupt with its signal."""
        return self.received and isinstance(error, KeyboardInterrupt)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.received = True
        assert callable(self._previous)
        self._previous(number, frame)


class RunEnded(Exception):
    """A solution tried to end the whole run; what it raised is the cause."""


def ends_run(error: BaseException, watch: InterruptWatch) -> bool:
    """Tell whether a solution raised what pytest would take as the wish to end the whole run."""
    wishes = isinstance(error, KeyboardInterrupt | pytest.exit.Exception)
    return wishes and not watch.is_signal(error)
