"""Send length-prefixed messages, with open files, over a Unix socket between two of our own."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence

_HEADER = struct.Struct("!I")


def send(channel: socket.socket, data: bytes, descriptors: Sequence[int] = ()) -> None:
    """Send one message; the descriptors travel with its header."""
    socket.send_fds(channel, [_HEADER.pack(len(data))], list(descriptors))
    channel.sendall(data)


def receive(channel: socket.socket) -> tuple[bytes, list[int]] | None:
    """Return the next message and its descriptors, None where the other end is closed."""
    header, descriptors, _, _ = socket.recv_fds(channel, _HEADER.size, 8)
    while header and len(header) < _HEADER.size:
        header += _exactly(channel, _HEADER.size - len(header))
    if not header:
        return None
    return _exactly(channel, _HEADER.unpack(header)[0]), descriptors


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = channel.recv(size - len(data))
        if not part:
            raise ConnectionError("the other end closed in the middle of a message")
        data += part
    return bytes(data)
