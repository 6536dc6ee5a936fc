"""The keyboard, one key at a time, and the terminal put back as it was."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, Self, TypeAlias

try:
    import termios
    import tty
except ImportError:  # Windows: a card at each save, and no keys
    HAS_KEYS = False
else:
    HAS_KEYS = True

Handler: TypeAlias = Callable[[int, FrameType | None], None]
ESCAPE = "\x1b"
END = "q"


class SingleKeys:
    """A terminal that hands over each key at once and does not show it, while the block lasts."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[Any] | None = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.give_back()

    def take(self) -> None:
        """Set the terminal so; what it was before is kept once only, one that is gone is left."""
        with contextlib.suppress(termios.error):
            if self._before is None:
                self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor, termios.TCSANOW)

    def give_back(self) -> None:
        """Set the terminal as it was; one that is gone needs nothing."""
        if self._before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)


@contextlib.contextmanager
def reading(descriptor: int, on_key: Callable[[str], None]) -> Iterator[None]:
    """Call ``on_key`` for each key, in a thread, while the block lasts; a hang-up reads as q."""
    wake, waker = os.pipe()
    thread = threading.Thread(target=_read, args=(descriptor, wake, on_key), daemon=True)
    try:
        thread.start()
        yield
    finally:
        os.close(waker)
        thread.join()
        os.close(wake)


def _read(descriptor: int, wake: int, on_key: Callable[[str], None]) -> None:
    while True:
        ready, _, _ = select.select([descriptor, wake], [], [])
        if wake in ready:
            return
        try:
            pressed = os.read(descriptor, 64).decode(errors="replace")
        except OSError:
            pressed = ""
        if not pressed:
            on_key(END)
            return
        # Arrows and the like begin so: the letters in them are no keys of ours.
        if not pressed.startswith(ESCAPE):
            for name in pressed:
                on_key(name)


@contextlib.contextmanager
def obeying_signals(
    keys: SingleKeys | None, on_resized: Callable[[], None], on_resumed: Callable[[], None]
) -> Iterator[None]:
    """End in good order when told to, and give the terminal back while stopped."""

    def end(number: int, _: FrameType | None) -> None:
        # No other one may disturb what this one has begun; a hang-up comes with a SIGCONT.
        for other in before:
            # Not SIG_IGN: Python complains of one that is on its way at this moment.
            before[other] = _do_nothing
            signal.signal(other, _do_nothing)
        sys.exit(128 + number)

    def stop(number: int, _: FrameType | None) -> None:
        if keys is not None:
            keys.give_back()
        signal.signal(number, signal.SIG_DFL)
        # To this thread: it is stopped before the next line.
        signal.raise_signal(number)
        signal.signal(number, stop)
        go_on()

    def go_on(_: int = 0, __: FrameType | None = None) -> None:
        if keys is not None:
            keys.take()
        on_resumed()

    def resized(_: int, __: FrameType | None) -> None:
        on_resized()

    handlers: dict[str, Handler] = {
        "SIGTERM": end,
        "SIGHUP": end,
        "SIGTSTP": stop,
        "SIGCONT": go_on,
        "SIGWINCH": resized,
    }
    numbers = {getattr(signal, name, None): handler for name, handler in handlers.items()}
    before: dict[int, Any] = {
        number: signal.getsignal(number) for number in numbers if number is not None
    }
    try:
        for number in before:
            signal.signal(number, numbers[number])
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _do_nothing(_: int, __: FrameType | None) -> None:
    pass


def can_read_keys() -> bool:
    """Tell whether somebody sits at a keyboard here."""
    return HAS_KEYS and sys.stdin.isatty() and sys.stdout.isatty()
