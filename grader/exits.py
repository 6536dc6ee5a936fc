"""Turn ``os._exit`` into an error, where a solution shares its process with the run."""

from __future__ import annotations

import os
import threading
from typing import NoReturn


class ProcessEnded(BaseException):
    """A solution called ``os._exit``; no Exception, as little as SystemExit is one."""


class ExitGuard:
    """While it is up, ``os._exit`` on the main thread of this process raises ProcessEnded."""

    def __init__(self) -> None:
        self._real = os._exit
        self._owner = os.getpid()

    def start(self) -> None:
        """Begin to refuse."""
        os._exit = self._refuse

    def stop(self) -> None:
        """Put back what was there before; do nothing if somebody else replaced it meanwhile."""
        if os._exit == self._refuse:
            os._exit = self._real

    def _refuse(self, status: int) -> NoReturn:
        # A forked child has to end like this, and pytest-timeout's thread too.
        is_ours = os.getpid() == self._owner
        if is_ours and threading.current_thread() is threading.main_thread():
            raise ProcessEnded(f"Ended the process: exit status {status}")
        self._real(status)
