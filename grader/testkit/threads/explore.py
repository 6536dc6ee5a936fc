"""Run operations of several threads in every order that differs by one switch, or by two.

    with controlled_threads() as threads:  # before the solution is loaded
        threads.interleave(
            solution, solution.SafeCounter, [increment, increment],
            lambda run: expect("the value after both", run.state.value, 2),
        )

The first operation is stopped before each of its steps in turn, the second runs to its end, then
the first goes on. A step is an instruction of the solution that touches something shared. Nothing
here waits for time to pass: the same solution fails in the same schedule, every time.
"""

from __future__ import annotations

import contextlib
import functools
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType, ModuleType
from typing import Any

from grader.testkit.calls import Mismatch, expect
from grader.testkit.threads.control import Control, controlled
from grader.testkit.threads.plans import Plan, RandomPlan, SwitchPlan
from grader.testkit.threads.samples import LockedCounter, UnlockedCounter, increment
from grader.testkit.threads.schedule import Check, Operation, Run, Schedule
from grader.testkit.threads.steps import Step, owner_of
from grader.testkit.threads.tracer import tracer

NAMES = "ABCDEFGH"
# Steps of an operation that can be explored; those of solutions have some dozens.
MOST = 5_000


class ControlledThreads:
    """What the fixture of a test file gives."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def interleave(
        self,
        solution: ModuleType,
        make: Callable[[], Any],
        operations: Sequence[Operation],
        check: Check,
        *,
        switches: int = 1,
    ) -> None:
        """Run two operations in every schedule with so many switches; check each outcome.

        ``make`` returns what the threads share; in a dict, the keys name the objects. Each
        operation is called with it. Different operations come first in turn. A Mismatch of
        ``check`` is raised on with the story of its schedule, and so is an operation's error.
        """
        named = list(zip(NAMES, operations, strict=False))
        orders = [named] if operations[0] is operations[1] else [named, named[::-1]]
        for order in orders:
            self._perform(solution, _plans(switches), make, order, check)

    def in_turn(
        self,
        solution: ModuleType,
        make: Callable[[], Any],
        operations: Sequence[Operation],
        check: Check,
    ) -> None:
        """Run one operation, or several, with switches only where a thread waits or ends."""
        named = list(zip(NAMES, operations, strict=False))
        self._perform(solution, iter([SwitchPlan(())]), make, named, check)

    def shuffle(
        self,
        solution: ModuleType,
        make: Callable[[], Any],
        operations: Sequence[Operation],
        check: Check,
        *,
        seeds: Sequence[int] = range(20),
    ) -> None:
        """Run any number of operations, with switches thrown by dice of known seeds."""
        dice = (random.Random(seed) for seed in seeds)  # noqa: S311  # schedules, not secrets
        named = list(zip(NAMES, operations, strict=False))
        self._perform(solution, map(RandomPlan, dice), make, named, check)

    def _perform(
        self,
        solution: ModuleType,
        plans: Iterator[Plan],
        make: Callable[[], Any],
        operations: Sequence[tuple[str, Operation]],
        check: Check,
    ) -> None:
        schedule: Schedule

        def on_step(frame: FrameType, step: Step) -> None:
            schedule.on_step(frame, step)

        with tracer(owner_of(solution), on_step) as following:
            for plan in plans:
                schedule = Schedule(self._control, plan, operations)
                schedule.perform(following, make, check)


def _plans(switches: int, prefix: tuple[int, ...] = ()) -> Iterator[SwitchPlan]:
    """Yield a plan for every schedule with so many switches.

    The last plan of each row is the one in which the thread ends before its last switch.
    """
    for point in range(1, MOST):
        points = (*prefix, point)
        plan = SwitchPlan(points)
        if switches == 1:
            yield plan
        else:
            for plan in _plans(switches - 1, points):
                yield plan
        if plan.reached < len(points):
            return
    raise RuntimeError(f"an operation of more than {MOST:,} steps: make it smaller")


@contextlib.contextmanager
def controlled_threads() -> Iterator[ControlledThreads]:
    """Put threads and locks under control as long as the block runs: before a solution loads."""
    prove_itself()
    with controlled() as control:
        yield ControlledThreads(control)


@functools.cache
def prove_itself() -> None:
    """Tell a counter that loses updates from one that does not, before judging anybody's.

    Raises RuntimeError where that fails: a Python whose instructions are not known here.
    """
    with controlled() as control:
        threads, samples = ControlledThreads(control), sys.modules[increment.__module__]
        for make, is_safe in ((LockedCounter, True), (UnlockedCounter, False)):
            try:
                threads.interleave(samples, make, [increment] * 2, _both_counted)
            except Mismatch:
                is_accepted = False
            else:
                is_accepted = True
            if is_accepted != is_safe:
                raise RuntimeError(f"interleaving misjudges {make.__name__} on this Python")


def _both_counted(run: Run) -> None:
    expect("the value after both", run.state.value, 2)
