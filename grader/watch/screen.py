"""What a watched problem looks like: in a terminal one frame over the other, else card by card."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from rich.text import Text

from grader.command import Commands
from grader.outcome import Verdict
from grader.render.card import print_card
from grader.render.catalogue import print_catalogue
from grader.render.console import KataConsole, open_console
from grader.render.hint import print_hint
from grader.text import printable
from grader.watch.loop import CONFIRM, Stage, View

KEYS = "n next   h hint   r run   l list   x reset   q quit"
HOME, CLEAR_LINE, CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
_STAGES = {Stage.GRADING: "Grading …", Stage.ASKING: "The tests pass; asking the probe …"}


class Screen:
    """Shows views of one problem after the other."""

    def __init__(self, commands: Commands, *, has_keys: bool, no_color: bool) -> None:
        self._commands = commands
        self._has_keys = has_keys
        self._no_color = no_color
        self._is_first = True

    def start_below(self) -> None:
        """Leave what stands in the terminal now; it is somebody else's."""
        self._is_first = True

    def show(self, view: View) -> None:
        """Show a view; without a terminal, only one that has something new to tell."""
        # Opened for each frame: the window may have another size by now.
        console = open_console(no_color=self._no_color)
        if not console.is_terminal or console.is_dumb_terminal:
            if view.stage is Stage.DONE:
                console.print()
                print_view(console, view, self._commands, has_keys=self._has_keys)
            return
        with console.capture() as captured:
            if view.problems:
                print_catalogue(console, view.problems)
                console.print("\nany key: back to the card", style="quiet")
            else:
                print_view(console, view, self._commands, has_keys=self._has_keys)
        size = shutil.get_terminal_size()
        is_page = bool(view.problems)
        lines = captured.get().strip("\n").split("\n")
        write_frame(sys.stdout, lines, size, is_first=self._is_first, is_page=is_page)
        # A page may have scrolled: the next frame must not be laid over its end.
        self._is_first = is_page


def print_view(console: KataConsole, view: View, commands: Commands, *, has_keys: bool) -> None:
    """Print the time of the save, the card, what there is to say below it, and the keys."""
    console.print(_status(view, console.signs.dot), style="quiet")
    if view.failure:
        console.print(f"\n{printable(view.failure)}", style="bad", soft_wrap=True)
        console.print("It is tried again at the next save.")
    elif view.result is not None:
        # A save and `h` are what comes next here.
        is_offered = has_keys and view.result.verdict in (Verdict.PARTIAL, Verdict.BROKEN)
        print_card(console, view.result, None if is_offered else commands)
    if view.hint is not None:
        console.print()
        print_hint(console, view.hint, commands)
    if view.is_solved:
        step = " n goes on to the next problem." if has_keys else ""
        console.print(f"\nSolved.{step}", style="good")
    if view.note:
        console.print(f"\n{printable(view.note)}", soft_wrap=True)
    if view.is_confirming:
        words = f"Put the untouched stub back? {CONFIRM} does it, any other key does not."
        console.print(f"\n{words}", style="waiting")
    elif has_keys:
        console.print(f"\n{KEYS}", style="quiet", soft_wrap=True)


def _status(view: View, dot: str) -> str:
    if view.stage in _STAGES:
        return _STAGES[view.stage]
    parts = [f"saved at {view.saved_at}"] if view.saved_at else []
    if view.result is not None:
        parts.append(f"graded in {view.result.seconds:.2f} s")
    words = f" {dot} ".join(parts)
    return words[:1].upper() + words[1:]


def write_frame(
    out: TextIO,
    lines: list[str],
    size: os.terminal_size,
    *,
    is_first: bool,
    is_page: bool = False,
) -> None:
    """Write a frame over the one before, in one piece so that nothing flickers.

    The first frame pushes up what stands above it, so that it can be scrolled back to. A card that
    is too high loses its beginning; a page is let scroll.
    """
    if not is_page:
        lines = _fitted(lines, size)
    # Cleared before it is written: after a full line, the same would take its last letter.
    body = "\n".join(
        (CLEAR_LINE if _rows(line, size.columns) == 1 else CLEAR_BELOW) + line for line in lines
    )
    above = "\n" * (size.lines - 1) if is_first or is_page else ""
    out.write(f"{above}{HOME}{body}{CLEAR_BELOW}")
    out.flush()


def _fitted(lines: list[str], size: os.terminal_size) -> list[str]:
    """Return the first line and as many of the last as the window has room for."""
    head, *rest = lines
    room = size.lines - _rows(head, size.columns)
    if sum(_rows(line, size.columns) for line in rest) <= room:
        return lines
    kept: list[str] = []
    room -= 1
    while rest and (rows := _rows(rest[-1], size.columns)) <= room:
        room -= rows
        kept.insert(0, rest.pop())
    noun = "line" if len(rest) == 1 else "lines"
    return [head, f"… {len(rest)} {noun} more in a higher window", *kept]


def _rows(line: str, columns: int) -> int:
    """Return how many rows of the window a line takes."""
    return max(1, -(-Text.from_ansi(line).cell_len // columns))
