"""Messages with open files over a Unix socket."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from grader.engine.wire import receive, send

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Open both ends of a socket."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_messages_arrive_one_by_one(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends

    send(ours, b"first")
    send(ours, b"")
    send(ours, b"third")

    assert [receive(theirs) for _ in range(3)] == [(b"first", []), (b"", []), (b"third", [])]


def test_an_open_file_travels_with_its_message(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    reading, writing = os.pipe()
    send(ours, b"write here", [writing])
    os.close(writing)

    received = receive(theirs)

    assert received is not None
    with open(received[1][0], "wb") as pipe:
        pipe.write(b"hello")
    with open(reading, "rb") as pipe:
        assert pipe.read() == b"hello"


def test_a_message_larger_than_the_socket_holds_arrives_whole(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    data = bytes(range(256)) * 20_000
    thread = threading.Thread(target=send, args=(ours, data))
    thread.start()

    received = receive(theirs)

    thread.join()
    assert received == (data, [])


def test_a_message_that_arrives_byte_by_byte_is_put_together(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(receive(theirs)))
    thread.start()

    for byte in b"\x00\x00\x00\x03abc":
        ours.sendall(bytes([byte]))

    thread.join()
    assert results == [(b"abc", [])]


def test_a_closed_end_is_the_end_of_the_messages(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    send(ours, b"last")
    ours.close()

    assert receive(theirs) == (b"last", [])
    assert receive(theirs) is None


@pytest.mark.parametrize("part", [b"\x00\x00", b"\x00\x00\x00\x05ab", b"\x00\x00\x00\x05"])
def test_an_end_in_the_middle_of_a_message_is_an_error(
    ends: tuple[socket.socket, socket.socket], part: bytes
) -> None:
    ours, theirs = ends
    ours.sendall(part)
    ours.close()

    with pytest.raises(ConnectionError, match="closed in the middle of a message"):
        receive(theirs)
