"""Keep the head and the tail of a flood."""

from __future__ import annotations

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
