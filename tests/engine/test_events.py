"""What the supervisor hears of a worker, in order."""

from __future__ import annotations

import io
import os
import threading
import time
from typing import BinaryIO

import pytest

from grader.engine.events import LINE_LIMIT, MESSAGES_PER_TEST, Event, Exited, Listener, Silence

FAR = time.monotonic() + 3600


class Voice:
    """A worker that says what is in a stream, and ends when it is killed."""

    pid = None

    def __init__(self, outcomes: BinaryIO) -> None:
        self.outcomes = outcomes
        self.output: BinaryIO = io.BytesIO()
        self._ended = threading.Event()

    def wait(self) -> int:
        self._ended.wait()
        return 0

    def kill(self) -> None:
        self._ended.set()

    def interrupt(self) -> None: ...
    def close(self) -> None: ...


def say(kind: str) -> bytes:
    return f'\nTOKEN {{"kind": "{kind}"}}\n'.encode()


def heard(said: bytes) -> tuple[list[Event], Listener]:
    """Return all that is heard of a worker that says this, up to its end."""
    worker = Voice(io.BytesIO(said))
    listener = Listener(worker, "TOKEN", tests=1)
    worker.kill()
    events = [listener.next(FAR)]
    while not isinstance(events[-1], Exited):
        events.append(listener.next(FAR))
    listener.close()
    return events, listener


def test_messages_come_in_order_and_the_end_last() -> None:
    events, _ = heard(say("ready") + say("loaded"))

    assert events == [{"kind": "ready"}, {"kind": "loaded"}, Exited(0)]


def test_a_message_that_arrives_in_pieces_is_put_together() -> None:
    reading, writing = os.pipe()
    worker = Voice(open(reading, "rb"))
    listener = Listener(worker, "TOKEN", tests=1)

    for byte in say("ready"):
        os.write(writing, bytes([byte]))

    assert listener.next(FAR) == {"kind": "ready"}
    os.close(writing)
    worker.kill()
    listener.close()


def test_a_message_cut_off_at_the_end_is_none() -> None:
    events, listener = heard(say("ready") + say("loaded")[:-4])

    assert events == [{"kind": "ready"}, Exited(0)]
    assert 'TOKEN {"kind": "load' in listener.stray_text()


@pytest.mark.parametrize("size", [7, LINE_LIMIT - 5, LINE_LIMIT, 3 * LINE_LIMIT])
def test_garbage_without_end_swallows_no_message(size: int) -> None:
    events, _ = heard(b"x" * size + say("ready"))

    assert events == [{"kind": "ready"}, Exited(0)]


def test_what_stands_before_the_token_is_stray() -> None:
    events, listener = heard(b"garbage " + say("ready").lstrip())

    assert events == [{"kind": "ready"}, Exited(0)]
    assert listener.stray_text() == "garbage "


def test_a_message_without_the_token_is_stray() -> None:
    events, listener = heard(b'{"kind": "ready"}\nNEKOT {"kind": "ready"}\n')

    assert events == [Exited(0)]
    assert listener.stray_text().count("ready") == 2


def test_a_worker_that_talks_without_end_is_not_listened_to() -> None:
    events, _ = heard(say("ready") * 10_000)

    assert events == [{"kind": "ready"}] * (2 * MESSAGES_PER_TEST) + [Exited(0)]


def test_a_worker_that_says_nothing_is_silent_at_the_deadline() -> None:
    worker = Voice(io.BytesIO())
    listener = Listener(worker, "TOKEN", tests=1)

    assert isinstance(listener.next(time.monotonic()), Silence)
    worker.kill()
    assert listener.next(FAR) == Exited(0)
    listener.close()
