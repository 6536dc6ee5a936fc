"""``grader predict``: show a snippet, take the answer, run the snippet, explain."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.drill import Drill, is_right, load_drills, select
from grader.render.console import open_console
from grader.render.drills import print_answer, print_drill, print_drills, print_tally
from grader.store import Store

ALL_RIGHT, SOME_WRONG = 0, 1


def predict(
    names: Sequence[str],
    *,
    answers: Iterator[str],
    memory: Path,
    list_only: bool,
    again: bool,
    no_color: bool,
) -> int:
    """Ask for each drill that was not yet answered rightly, or for all; return the exit code.

    An answer is the lines up to an empty one; the end of ``answers``, or Ctrl-C, ends the drill.
    """
    console = open_console(no_color=no_color)
    store = Store(memory / "predict.json", "solved", "memory of drills", _is_memory)
    solved = set(store.read() or [])
    drills = select(load_drills(), names)
    if list_only:
        print_drills(console, drills, solved)
        return ALL_RIGHT
    waiting = drills if again or _names_one(names, drills) else _unsolved(drills, solved)
    right = asked = 0
    for number, drill in enumerate(waiting, 1):
        print_drill(console, drill, number, len(waiting))
        answer = _read_answer(answers)
        if answer is None:
            break
        output = drill.output()
        asked += 1
        was_right = is_right(answer, output)
        if was_right:
            right += 1
            solved.add(drill.id)
            # Forgetting one is no reason to stop.
            with contextlib.suppress(OSError):
                store.write(sorted(solved))
        print_answer(console, drill, output, is_right=was_right)
    print_tally(console, right, asked, len(_unsolved(drills, solved)))
    return ALL_RIGHT if right == asked else SOME_WRONG


def _names_one(names: Sequence[str], drills: Sequence[Drill]) -> bool:
    return len(names) == 1 and [drill.id for drill in drills] == [names[0].replace("_", "-")]


def _unsolved(drills: Sequence[Drill], solved: set[str]) -> list[Drill]:
    return [drill for drill in drills if drill.id not in solved]


def _read_answer(answers: Iterator[str]) -> list[str] | None:
    """Return the lines up to an empty one; None at the end, or where somebody interrupts."""
    lines: list[str] = []
    # Ctrl-C ends the drill as Ctrl-D does, and so does not lose the tally.
    with contextlib.suppress(KeyboardInterrupt):
        for line in answers:
            if line.strip():
                lines.append(line.rstrip("\r\n"))
            elif lines:
                return lines
        return lines or None
    return None


def _is_memory(solved: Any) -> bool:
    return isinstance(solved, list) and all(isinstance(name, str) for name in solved)
