"""Forced interleavings: unlocked code always fails, locked code never, and the story is told."""

from __future__ import annotations

import contextlib
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.solution import Solution
from grader.testkit.calls import Mismatch, expect
from grader.testkit.threads import ControlledThreads, Run, controlled_threads, explore, samples
from grader.testkit.threads.control import ControlledLock, controlled
from grader.testkit.threads.plans import SwitchPlan
from grader.testkit.threads.scheduler import Scheduler

COUNTERS = Path(__file__).parent / "counters"
WRONG = sorted((COUNTERS / "wrong").glob("*.py"))
RIGHT = sorted((COUNTERS / "right").glob("*.py"))
ACCOUNTS = COUNTERS.with_name("accounts.py")

Load = Callable[[str], ModuleType]


@pytest.fixture
def threads() -> Iterator[ControlledThreads]:
    with controlled_threads() as threads:
        yield threads


@pytest.fixture
def load(threads: ControlledThreads, tmp_path: Path) -> Load:
    """Give what makes a module out of its source."""
    path = tmp_path / "solution.py"

    def load(source: str) -> ModuleType:
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        return module(path)

    return load


def module(path: Path) -> ModuleType:
    return Solution(path, "solution", lambda error: False).load()


def increment(counter: Any) -> object:
    return counter.increment()


def both_count(run: Run) -> None:
    expect("what the two returned", sorted(run.returned), [1, 2])


def accepts(threads: ControlledThreads, counters: ModuleType) -> bool:
    """Tell whether a counter stands every schedule with one switch, and then with two."""
    try:
        for switches in (1, 2):
            threads.interleave(
                counters, counters.Counter, [increment] * 2, both_count, switches=switches
            )
    except Mismatch:
        return False
    return True


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_counter_that_can_lose_an_update_is_rejected(
    path: Path, threads: ControlledThreads
) -> None:
    assert not accepts(threads, module(path))


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_counter_that_cannot_is_accepted(path: Path, threads: ControlledThreads) -> None:
    assert accepts(threads, module(path))


def test_a_story_tells_who_read_and_wrote_what(threads: ControlledThreads, load: Load) -> None:
    solution = load(
        """\
        class Counter:
            def __init__(self):
                self.value = 0

            def increment(self):
                self.value += 1
                return self.value
        """
    )

    with pytest.raises(Mismatch) as raised:
        threads.interleave(solution, solution.Counter, [increment] * 2, both_count)

    assert str(raised.value).splitlines() == [
        "Checked    what the two returned",
        "Found      [1, 1]",
        "Expected   [1, 2]",
        "What happened, one thread at a time:",
        "  A  line 6  reads self.value: 0",
        "  A  line 6  has to stop here",
        "  B  line 6  reads self.value: 0",
        "  B  line 6  writes self.value: 1",
        "  B  line 7  reads self.value: 1",
        "  B          returns 1",
        "  A  line 6  writes self.value: 1",
        "  A  line 7  reads self.value: 1",
        "  A          returns 1",
    ]


def test_a_deadlock_tells_who_waits_for_whom_by_the_names_of_the_test(
    threads: ControlledThreads,
) -> None:
    solution = module(ACCOUNTS)

    def forth(accounts: Any) -> None:
        solution.transfer(accounts["a"], accounts["b"], 1)

    def back(accounts: Any) -> None:
        solution.transfer(accounts["b"], accounts["a"], 1)

    def make() -> dict[str, Any]:
        return {"a": solution.Account(10), "b": solution.Account(10)}

    with pytest.raises(Mismatch) as raised:
        threads.interleave(solution, make, [forth, back], lambda run: None)

    told = str(raised.value).splitlines()
    assert told[:2] == [
        "Checked    several threads at once",
        (
            "Found      all wait for ever: A waits for b.lock, which B has; "
            "B waits for a.lock, which A has"
        ),
    ]
    assert told[-4:] == [
        "  A  line 29  has to stop here",
        "  B  line 29  takes b.lock",
        "  B  line 29  waits for a.lock, which A has",
        "  A  line 29  waits for b.lock, which B has",
    ]


def test_checking_outside_the_lock_is_found(threads: ControlledThreads) -> None:
    solution = module(ACCOUNTS)

    def withdraw(account: Any) -> None:
        with contextlib.suppress(ValueError):
            account.withdraw(10)

    def never_below_zero(run: Run) -> None:
        expect("the balance", run.state.balance, 0)

    with pytest.raises(Mismatch, match="Found      -10"):
        threads.interleave(solution, lambda: solution.Account(10), [withdraw] * 2, never_below_zero)


def test_an_operations_error_is_raised_on_with_the_story(
    threads: ControlledThreads,
) -> None:
    solution = module(ACCOUNTS)

    def withdraw(account: Any) -> None:
        account.withdraw(11)

    with pytest.raises(ValueError, match="too little") as raised:
        threads.interleave(solution, lambda: solution.Account(10), [withdraw] * 2, both_count)

    [story] = raised.value.__notes__
    assert "  B  line 21  reads self.balance: 10\n" in story
    assert story.endswith("raises ValueError('too little')")


def test_a_thread_that_never_ends_is_told(threads: ControlledThreads, load: Load) -> None:
    solution = load(
        """\
        class Counter:
            busy = True

            def increment(self):
                while self.busy:
                    pass
        """
    )

    with pytest.raises(Mismatch, match=r"thread [AB] goes on for ever"):
        threads.interleave(solution, solution.Counter, [increment] * 2, both_count)


def test_dice_find_an_update_lost_among_three(threads: ControlledThreads, load: Load) -> None:
    solution = load((COUNTERS / "wrong" / "plain.py").read_text(encoding="utf-8"))

    def all_count(run: Run) -> None:
        expect("the value", run.state.value, 3)

    with pytest.raises(Mismatch, match="What happened, one thread at a time:"):
        threads.shuffle(solution, solution.Counter, [increment] * 3, all_count)


def test_dice_spare_a_counter_that_is_right(threads: ControlledThreads, load: Load) -> None:
    solution = load((COUNTERS / "right" / "rlock.py").read_text(encoding="utf-8"))
    seen = []

    def all_count(run: Run) -> None:
        seen.append(sorted(run.returned))

    threads.shuffle(solution, solution.Counter, [increment] * 3, all_count, seeds=range(8))

    assert seen == [[1, 2, 3]] * 8


def test_in_turn_a_thread_runs_until_it_waits_or_ends(
    threads: ControlledThreads, load: Load
) -> None:
    solution = load((COUNTERS / "wrong" / "plain.py").read_text(encoding="utf-8"))
    seen = []

    for operations in ([increment], [increment] * 3):
        threads.in_turn(
            solution, solution.Counter, operations, lambda run: seen.append(run.returned)
        )

    assert seen == [[1], [1, 2, 3]]


def test_two_operations_come_first_in_turn(threads: ControlledThreads, load: Load) -> None:
    solution = load("class Log(list): pass")
    seen = set()

    def first(log: Any) -> str:
        log.append("A")
        return "a"

    def second(log: Any) -> str:
        log.append("B")
        return "b"

    def check(run: Run) -> None:
        seen.add((*run.state, *run.returned))

    threads.interleave(solution, solution.Log, [first, second], check)

    assert seen == {("A", "B", "a", "b"), ("B", "A", "a", "b")}


def test_who_had_to_wait_is_known(threads: ControlledThreads, load: Load) -> None:
    solution = load((COUNTERS / "right" / "lock.py").read_text(encoding="utf-8"))
    waited = []

    threads.interleave(
        solution, solution.Counter, [increment] * 2, lambda run: waited.append(run.waited)
    )

    assert {"B"} in waited
    assert set() in waited


def test_the_interleaver_judges_nobody_where_it_misjudges_its_own_samples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(samples.LockedCounter, "increment", lambda self: None)

    with pytest.raises(RuntimeError, match="misjudges LockedCounter on this Python"):
        explore.prove_itself.__wrapped__()


def test_an_operation_of_endless_steps_cannot_be_explored(
    threads: ControlledThreads, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "MOST", 5)
    solution = load((COUNTERS / "right" / "lock.py").read_text(encoding="utf-8"))

    with pytest.raises(RuntimeError, match="more than 5 steps: make it smaller"):
        threads.interleave(solution, solution.Counter, [increment] * 2, both_count)


class TestLocks:
    """What a patched name gives is a lock like any other."""

    @pytest.fixture
    def lock(self, threads: ControlledThreads) -> Any:
        return threading.Lock()

    def test_takes_and_gives_back(self, lock: Any) -> None:
        assert lock.acquire()
        assert lock.locked()
        assert not lock.acquire(blocking=False)
        assert not lock.acquire(timeout=0)
        lock.release()
        assert not lock.locked()

    def test_giving_back_what_is_free_is_an_error(self, lock: Any) -> None:
        with pytest.raises(RuntimeError, match="release unlocked lock"):
            lock.release()

    @pytest.mark.parametrize("arguments", [(False, 1), (True, -2)])
    def test_refuses_what_a_lock_refuses(self, lock: Any, arguments: tuple[bool, int]) -> None:
        with pytest.raises(ValueError, match="timeout"):
            lock.acquire(*arguments)

    @pytest.mark.parametrize("arguments", [(False, 1), (True, -2)])
    def test_refuses_it_under_a_scheduler_too(
        self, arguments: tuple[bool, int], threads: ControlledThreads, load: Load
    ) -> None:
        solution = load("pass")

        def acquire(lock: Any) -> None:
            lock.acquire(*arguments)

        with pytest.raises(ValueError, match="timeout"):
            threads.interleave(solution, threading.Lock, [acquire] * 2, both_count)

    def test_cannot_be_pickled_or_copied(self, lock: Any) -> None:
        with pytest.raises(TypeError, match="cannot pickle"):
            lock.__reduce__()

    def test_is_made_anew_after_a_fork(self, lock: Any) -> None:
        lock.acquire()
        lock._at_fork_reinit()

        assert not lock.locked()

    def test_the_names_are_real_again_afterwards(self) -> None:
        with controlled():
            pass

        assert not isinstance(threading.Lock(), ControlledLock)
        assert threading.Thread.start.__module__ == "threading"
        assert time.sleep.__module__ == "time"


class TestThreadsOfTheSolution:
    """Threads that a solution starts run under the scheduler too."""

    def test_a_timeout_comes_only_when_nobody_can_run(
        self, threads: ControlledThreads, load: Load
    ) -> None:
        solution = load(
            """\
            import threading

            class Door:
                def __init__(self):
                    self.opened = threading.Event()

                def wait(self):
                    return self.opened.wait(timeout=3600)
            """
        )
        seen = set()

        def wait(door: Any) -> object:
            return door.wait()

        def open_(door: Any) -> None:
            door.opened.set()

        for operations in ([wait, open_], [wait, wait]):
            threads.interleave(
                solution, solution.Door, operations, lambda run: seen.add(tuple(run.returned))
            )

        assert seen == {(True, None), (False, False)}

    def test_a_thread_can_be_started_and_joined(
        self, threads: ControlledThreads, load: Load
    ) -> None:
        solution = load(
            """\
            import threading

            class Work:
                def __init__(self):
                    self.done = []

                def do(self):
                    worker = threading.Thread(target=self.done.append, args=(1,))
                    worker.start()
                    worker.join()
                    return len(self.done) > 0
            """
        )

        threads.interleave(
            solution,
            solution.Work,
            [lambda work: work.do()] * 2,
            lambda run: expect("both", run.returned, [True, True]),
        )

    def test_a_thread_cannot_be_started_twice(self, threads: ControlledThreads, load: Load) -> None:
        solution = load(
            """\
            import threading

            def twice():
                worker = threading.Thread(target=int)
                worker.start()
                worker.join(timeout=1)
                worker.start()
            """
        )

        with pytest.raises(RuntimeError, match="threads can only be started once"):
            threads.interleave(solution, dict, [lambda _: solution.twice()] * 2, lambda run: None)

    def test_a_thread_begun_before_may_wake_an_operation(
        self, threads: ControlledThreads, load: Load
    ) -> None:
        solution = load((COUNTERS / "right" / "owner_thread.py").read_text(encoding="utf-8"))
        counter = solution.Counter()
        values = []

        threads.interleave(
            solution,
            lambda: counter,
            [increment] * 2,
            lambda run: values.extend(run.returned),
        )

        assert sorted(values) == list(range(1, len(values) + 1))

    @pytest.mark.parametrize("name", ["owner_thread", "pool_of_one"])
    def test_what_still_waits_at_the_end_is_ended_without_a_word(
        self, name: str, threads: ControlledThreads, caplog: pytest.LogCaptureFixture
    ) -> None:
        solution = module(COUNTERS / "right" / f"{name}.py")
        before = set(threading.enumerate())

        threads.interleave(solution, solution.Counter, [increment] * 2, both_count)

        for thread in set(threading.enumerate()) - before:
            thread.join(timeout=5)
            assert not thread.is_alive()
        assert caplog.messages == []


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is there from 3.12 on")
def test_nothing_is_monitored_afterwards(threads: ControlledThreads, load: Load) -> None:
    solution = load((COUNTERS / "right" / "lock.py").read_text(encoding="utf-8"))

    threads.interleave(solution, solution.Counter, [increment] * 2, both_count)

    monitoring = sys.monitoring  # type: ignore[attr-defined]
    assert [monitoring.get_tool(tool) for tool in (3, 4)] == [None, None]


def test_a_scheduler_says_who_runs_where() -> None:
    scheduler = Scheduler(SwitchPlan([1]), lambda actor, what: None)

    assert scheduler.here() is scheduler.main
    scheduler.close()
    assert scheduler.here() is None
