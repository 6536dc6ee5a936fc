"""A problem's points over time as a small picture, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

# The picture's size and the room around the line, in its own units.
WIDTH, HEIGHT, MARGIN = 120, 30, 2
# Of more tries, the last ones are drawn.
MOST = 40


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The corners of a line as SVG writes them, its end, and what it says in words."""

    line: str
    end: tuple[str, str]
    words: str


def sparkline(history: Sequence[tuple[datetime, int]], most: int) -> Sparkline | None:
    """Return the picture of points out of ``most``, oldest first; None for fewer than two tries."""
    shown = history[-MOST:]
    if len(shown) < 2:
        return None
    step = (WIDTH - 2 * MARGIN) / (len(shown) - 1)
    height = HEIGHT - 2 * MARGIN
    corners = [
        (f"{MARGIN + index * step:.1f}", f"{HEIGHT - MARGIN - height * points / most:.1f}")
        for index, (_, points) in enumerate(shown)
    ]
    first, last = shown[0], shown[-1]
    best = max(points for _, points in shown)
    which = "The last " if len(history) > MOST else ""
    return Sparkline(
        " ".join(map(",".join, corners)),
        corners[-1],
        f"{which}{len(shown)} tries from {first[0]:%d %B %Y} to {last[0]:%d %B %Y}: "
        f"from {first[1]} to {last[1]} of {most} points, {best} at best.",
    )
