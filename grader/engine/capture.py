"""What a solution prints, by test; of each the head and the tail, where it is a flood."""

from __future__ import annotations

import re

from grader.text import printable

KEPT = 2_000


class HeadAndTail:
    """Bytes written in any amount; the first and the last ``kept`` stay."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0

    def write(self, data: bytes) -> None:
        """Take more bytes."""
        self._total += len(data)
        room = self._kept - len(self._head)
        self._head += data[:room]
        self._tail = (self._tail + data[room:])[-self._kept :]

    def text(self) -> str:
        """Return what was kept as printable text, saying how much is left out."""
        left_out = self._total - len(self._head) - len(self._tail)
        middle = f"\n… {left_out:,} bytes left out …\n".encode() if left_out else b""
        kept = bytes(self._head) + middle + bytes(self._tail)
        return printable(kept.decode("utf-8", "backslashreplace"))


class Transcript:
    """What one worker prints, in parts that begin with a mark which ``part_mark`` made."""

    def __init__(self, token: str, parts: int) -> None:
        """Expect ``parts`` parts, and one before them that has no mark."""
        self._mark = re.compile(re.escape(b"\0%s " % token.encode()) + rb"(\d{1,9})\0")
        self._longest = len(part_mark(token, 999_999_999))
        self._parts = [HeadAndTail() for _ in range(1 + parts)]
        self._current = self._parts[0]
        self._held = b""

    def write(self, data: bytes) -> None:
        """Take more bytes; a mark may come in pieces."""
        data = self._held + data
        begin = 0
        for mark in self._mark.finditer(data):
            self._current.write(data[begin : mark.start()])
            begin = mark.end()
            number = int(mark[1])
            if number + 1 < len(self._parts):
                self._current = self._parts[number + 1]
        cut = data.rfind(b"\0", max(begin, len(data) - self._longest))
        end = len(data) if cut == -1 else cut
        self._current.write(data[begin:end])
        self._held = data[end:]

    def texts(self) -> list[str]:
        """Return what was printed before the first mark, then each part."""
        self._current.write(self._held)
        self._held = b""
        return [part.text() for part in self._parts]


def part_mark(token: str, number: int) -> bytes:
    """Return what a worker prints before part ``number``, counted from 0."""
    return b"\0%s %d\0" % (token.encode(), number)
