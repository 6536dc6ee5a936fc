"""Is the event loop alive, and do calls really overlap? Answers without thresholds.

    async def main():
        gate = LoopGate()
        await solution.async_safe(gate.wait)()
        gate.expect_alive()

    async def main():
        meeting = Rendezvous(2)
        safe = solution.async_safe(meeting.meet)
        await asyncio.gather(safe(), safe())
        meeting.expect_met()

Patience only bounds how long a wrong solution hangs: a right one never comes near it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from grader.testkit.calls import Mismatch, lines

PATIENCE = 5.0


class LoopGate:
    """A gate that only the living loop opens; make it inside a coroutine of that loop."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self.patience = patience
        # One for each call of ``wait``: was the loop alive?
        self.reports: list[bool] = []
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()

    def wait(self) -> bool:
        """Block until the loop has gone round twice; tell whether it did.

        The loop hears of each call only when it begins, so one that comes late, or a second one,
        finds its gate as closed as the first.
        """
        is_alive = threading.get_ident() != self._loop_thread and self._is_opened()
        self.reports.append(is_alive)
        return is_alive

    def expect_alive(self) -> None:
        """Fail unless the gate was waited at, and the loop lived each time."""
        if self.reports and all(self.reports):
            return
        found = "blocked" if self.reports else "the function was never called"
        expected = "the loop to go on with other tasks"
        raise Mismatch(
            lines(Checked="the loop while the function ran", Found=found, Expected=expected)
        )

    def _is_opened(self) -> bool:
        opened = threading.Event()
        try:
            self._loop.call_soon_threadsafe(self._loop.call_soon, self._loop.call_soon, opened.set)
        except RuntimeError:  # the loop has been closed
            return False
        return opened.wait(self.patience)


class Rendezvous:
    """A place where calls meet that must be in flight at once; threads and tasks alike.

    Once they have met, later calls pass; once one has lost its patience, no later one waits.
    On a virtual loop the patience of ``meet_async`` is virtual, and costs nothing.
    """

    def __init__(self, parties: int, *, patience: float = PATIENCE) -> None:
        self.parties = parties
        self.patience = patience
        # The most that were here at once, while nobody had met or given up.
        self.arrived = 0
        self._is_met: bool | None = None
        self._lock = threading.Lock()
        self._wake_ups: list[Callable[[], object]] = []

    @property
    def is_met(self) -> bool:
        """Whether as many as were expected were here at once."""
        return self._is_met is True

    def meet(self) -> bool:
        """Wait in a thread for the others; tell whether they came."""
        woken = threading.Event()
        self._arrive(woken.set)
        if not woken.wait(self.patience):
            self._decide(is_met=False)
        return self.is_met

    async def meet_async(self) -> bool:
        """Wait in a task for the others; tell whether they came."""
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def wake_up() -> None:
            loop.call_soon_threadsafe(woken.set)

        self._arrive(wake_up)
        try:
            async with asyncio.timeout(self.patience):
                await woken.wait()
        except TimeoutError:
            self._decide(is_met=False)
        finally:
            self._leave(wake_up)
        return self.is_met

    def expect_met(self) -> None:
        """Fail unless the calls met."""
        if not self.is_met:
            expected = f"{self.parties} calls"
            raise Mismatch(
                lines(Checked="calls in flight at once", Found=str(self.arrived), Expected=expected)
            )

    def _arrive(self, wake_up: Callable[[], object]) -> None:
        with self._lock:
            self._wake_ups.append(wake_up)
            if self._is_met is None:
                self.arrived = max(self.arrived, len(self._wake_ups))
            is_complete = self.arrived >= self.parties
        if is_complete or self._is_met is not None:
            self._decide(is_met=is_complete)

    def _decide(self, *, is_met: bool) -> None:
        """Decide, unless it is decided, and wake up everybody."""
        with self._lock:
            if self._is_met is None:
                self._is_met = is_met
            wake_ups, self._wake_ups = self._wake_ups, []
        for wake_up in wake_ups:
            wake_up()

    def _leave(self, wake_up: Callable[[], object]) -> None:
        with self._lock:
            if wake_up in self._wake_ups:
                self._wake_ups.remove(wake_up)


class InFlight:
    """How many are inside at once: ``with in_flight:`` in threads and in coroutines."""

    def __init__(self) -> None:
        self.now = 0
        self.peak = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        with self._lock:
            self.now += 1
            self.peak = max(self.peak, self.now)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self.now -= 1
