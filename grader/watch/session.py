"""What ``grader watch`` does: wait for saves and keys, and do what the loop says."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Self

from grader.command import Commands, nearby
from grader.errors import GraderError, UsageError
from grader.history import record
from grader.isolation import Isolation
from grader.outcome import Verdict
from grader.problem import Problem
from grader.reset import reset
from grader.run import take_hint
from grader.solutions import NAMED, find_solutions
from grader.watch.bench import Bench
from grader.watch.choice import next_to_watch, problem_now
from grader.watch.files import solution_target, tests_target, watching
from grader.watch.keys import SingleKeys, can_read_keys, obeying_signals, reading
from grader.watch.loop import (
    Action,
    Disturbed,
    Do,
    Event,
    Grade,
    Graded,
    Hinted,
    Key,
    Listed,
    Loop,
    Moved,
    Said,
    Saved,
    TestsChanged,
    Waited,
)
from grader.watch.screen import Screen
from grader.workspace import Workspace

ENDED = 0
# A signal that comes in the moment before we begin to wait is noticed only when we wait no more.
LOOK_UP_SECONDS = 0.5


def watch_solution(
    workspace: Workspace,
    number: str | None,
    choice: str,
    *,
    isolation: Isolation,
    no_color: bool,
) -> int:
    """Grade a problem's solution at each save, until somebody quits; return the exit code."""
    problems = workspace.problems([number] if number else ())
    paths = find_solutions(choice, workspace, problems)
    has_keys = can_read_keys()
    screen = Screen(Commands.here(choice), has_keys=has_keys, no_color=no_color)
    session = Session(workspace, choice, isolation, screen)
    problem = problems[0] if number else problem_now(workspace, problems, paths, choice)
    keys = SingleKeys(sys.stdin.fileno()) if has_keys else None
    with contextlib.ExitStack() as stack:
        if keys is not None:
            # What comes after the last frame does not begin behind its last word.
            stack.callback(print)
        stack.enter_context(session)
        if keys is not None:
            stack.enter_context(reading(sys.stdin.fileno(), session.on_key))
        stack.enter_context(obeying_signals(keys, session.on_resized, session.on_resumed))
        if keys is not None:
            # Innermost: whatever else takes long to end, the terminal is itself again at once.
            stack.enter_context(keys)
        session.watch(problem, paths[problem.number])
        session.run()
    return ENDED


class Session:
    """The events as they come in, and the hands that do what follows from them."""

    def __init__(
        self, workspace: Workspace, choice: str, isolation: Isolation, screen: Screen
    ) -> None:
        self._workspace = workspace
        self._choice = choice
        self._isolation = isolation
        self._screen = screen
        # A SimpleQueue: signal handlers post, too, and may do so in the middle of anything.
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._loop = Loop(can_reset=choice == NAMED[0])
        self._opened = contextlib.ExitStack()
        self._hands: dict[Action, Callable[[], Event]] = {
            Do.GO_ON: self._go_on,
            Do.LIST: self._list,
            Do.HINT: self._next_hint,
            Do.RESET: self._reset,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def on_key(self, name: str) -> None:
        self._events.put(Key(name))

    def on_resized(self) -> None:
        self._events.put(Disturbed())

    def on_resumed(self) -> None:
        self._screen.start_below()
        self._events.put(Disturbed())

    def on_saved(self) -> None:
        self._events.put(Saved(f"{datetime.now().astimezone():%H:%M:%S}"))

    def on_tests_changed(self) -> None:
        self._events.put(TestsChanged())

    def watch(self, problem: Problem, path: Path) -> None:
        """Watch a problem's solution from now on, and no other."""
        self._opened.close()
        self._problem, self._path = problem, path
        self._bench = self._opened.enter_context(
            Bench(self._workspace, problem.number, path, self._isolation, self._events.put)
        )
        targets = [
            solution_target(path, self.on_saved),
            tests_target(problem.folder, self.on_tests_changed),
        ]
        reference = self._workspace.reference / problem.solution_name
        if reference != path and reference.exists():
            # The probe's right answers are its answers.
            targets.append(solution_target(reference, self.on_tests_changed))
        self._opened.enter_context(watching(targets))

    def run(self) -> None:
        """Do what follows from each event, until somebody quits."""
        actions = self._loop.begin(time.monotonic())
        while Do.QUIT not in actions:
            for action in actions:
                self._do(action)
            event = self._next_event()
            self._remember(event)
            actions = self._loop.on(event, time.monotonic())

    def _next_event(self) -> Event:
        while True:
            now = time.monotonic()
            wakes_at = self._loop.wakes_at
            if wakes_at is not None and wakes_at <= now:
                return Waited()
            left = LOOK_UP_SECONDS if wakes_at is None else wakes_at - now
            with contextlib.suppress(Empty):
                return self._events.get(timeout=min(left, LOOK_UP_SECONDS))

    def _remember(self, event: Event) -> None:
        if isinstance(event, Graded) and event.is_final and self._choice == NAMED[0]:
            trouble = record(self._workspace, [event.result], "watch")
            if trouble:
                self._events.put(Said(trouble))

    def _do(self, action: Action) -> None:
        match action:
            case Grade(run, anew):
                self._bench.grade(run, anew=anew)
            case Do.DRAW:
                self._screen.show(self._loop.view)
            case _ if action in self._hands:
                self._events.put(self._attempt(self._hands[action]))

    def _attempt(self, hand: Callable[[], Event]) -> Event:
        """Do something that may fail; watching goes on all the same."""
        try:
            return hand()
        except (OSError, GraderError) as error:
            return Said(f"That did not work: {error}")

    def _list(self) -> Event:
        return Listed(self._workspace.problems())

    def _go_on(self) -> Event:
        problems = self._workspace.problems()
        try:
            paths = find_solutions(self._choice, self._workspace, problems)
        except UsageError:
            return Said("This is the only solution that was handed in.")
        found = next_to_watch(problems, paths, self._problem.number)
        if found is None:
            return Said("This is the last problem; `grader` shows the whole scorecard.")
        self.watch(found, paths[found.number])
        return Moved()

    def _next_hint(self) -> Event:
        result = self._loop.view.result
        if result is not None and result.verdict is Verdict.BROKEN:
            return Said("Mend what keeps the file from being imported first; no hint was taken.")
        hint = take_hint(self._workspace, result) if result is not None else None
        return Said("There is nothing to hint at.") if hint is None else Hinted(hint)

    def _reset(self) -> Event:
        done = reset(self._workspace, self._problem, datetime.now().astimezone())
        kept = f" What was there is in {nearby(done.backup)}." if done.backup is not None else ""
        trouble = f"\n{done.trouble}" if done.trouble else ""
        return Said(f"The untouched stub is back.{kept}{trouble}")
