"""``os._exit`` where the solution shares its process with the run."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from grader.exits import ExitGuard, ProcessEnded


@pytest.fixture
def guard() -> Iterator[ExitGuard]:
    guard = ExitGuard()
    guard.start()
    yield guard
    guard.stop()


def test_an_exit_is_an_error(guard: ExitGuard) -> None:
    with pytest.raises(ProcessEnded, match="Ended the process: exit status 3"):
        os._exit(3)


def test_an_exit_is_no_exception_that_code_catches_by_habit() -> None:
    assert not issubclass(ProcessEnded, Exception)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_may_exit(guard: ExitGuard) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(7)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_another_thread_may_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses: list[int] = []
    monkeypatch.setattr(os, "_exit", statuses.append)
    guard = ExitGuard()
    guard.start()

    thread = threading.Thread(target=os._exit, args=(5,))
    thread.start()
    thread.join()
    guard.stop()

    assert statuses == [5]


def test_what_was_there_before_comes_back() -> None:
    before = os._exit
    guard = ExitGuard()

    guard.start()
    guard.stop()

    assert os._exit is before
