"""How often do the test tools judge samples rightly that are known to be wrong, or right?

    python tests/benchmarks/judgement.py [--times 1000]

Threads: counters of ``tests/testkit/counters``, each in every schedule with one switch and, where
these accept it, with two. Then a deadlock, a check outside of the lock and a lost update; then
functions that leak and functions that do not. Every line should end with as many as were tried.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.solution import Solution
from grader.testkit.allocation import growth
from grader.testkit.calls import Mismatch, expect
from grader.testkit.threads import ControlledThreads, Run, controlled_threads

SAMPLES = Path(__file__).parents[1] / "testkit"
ACCOUNTS = SAMPLES / "accounts.py"

Judge = Callable[[ControlledThreads, ModuleType], None]


def load(path: Path) -> ModuleType:
    """Return the module in a file, run anew."""
    return Solution(path, path.stem, lambda error: False).load()


def is_accepted(path: Path, judge: Judge) -> bool:
    """Tell whether a sample, loaded under control, is accepted."""
    with controlled_threads() as threads:
        try:
            judge(threads, load(path))
        except Mismatch:
            return False
    return True


def judge_counter(threads: ControlledThreads, counters: ModuleType) -> None:
    """Let two threads increment one counter."""

    def increment(counter: Any) -> object:
        return counter.increment()

    def both_count(run: Run) -> None:
        expect("what the two returned", sorted(run.returned), [1, 2])

    for switches in (1, 2):
        threads.interleave(
            counters, counters.Counter, [increment] * 2, both_count, switches=switches
        )


def judge_transfers(threads: ControlledThreads, accounts: ModuleType) -> None:
    """Let money go forth and back at once."""

    def forth(state: Any) -> None:
        accounts.transfer(state["a"], state["b"], 1)

    def back(state: Any) -> None:
        accounts.transfer(state["b"], state["a"], 1)

    def make() -> dict[str, Any]:
        return {"a": accounts.Account(10), "b": accounts.Account(10)}

    threads.interleave(accounts, make, [forth, back], lambda run: None)


def judge_withdrawals(threads: ControlledThreads, accounts: ModuleType) -> None:
    """Let two threads take all the money."""

    def withdraw(account: Any) -> None:
        with contextlib.suppress(ValueError):
            account.withdraw(10)

    def nothing_is_owed(run: Run) -> None:
        expect("the balance", run.state.balance, 0)

    threads.interleave(accounts, lambda: accounts.Account(10), [withdraw] * 2, nothing_is_owed)


def judge_deposits(threads: ControlledThreads, accounts: ModuleType) -> None:
    """Let two threads pay in."""

    def deposit(account: Any) -> None:
        account.deposit(1)

    def both_arrive(run: Run) -> None:
        expect("the balance", run.state.balance, 2)

    threads.interleave(accounts, lambda: accounts.Account(0), [deposit] * 2, both_arrive)


def report(name: str, tries: Iterator[bool], times: int) -> None:
    """Print how many tries went right, and what one took."""
    start = time.perf_counter()
    right = sum(tries)
    milliseconds = (time.perf_counter() - start) / times * 1000
    print(f"{name:<40} {right:>5} of {times}   {milliseconds:8.1f} ms each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    times = parser.parse_args().times
    for folder, expected in (("wrong", False), ("right", True)):
        for path in sorted((SAMPLES / "counters" / folder).glob("*.py")):
            tries = (is_accepted(path, judge_counter) is expected for _ in range(times))
            report(f"counter {folder}/{path.stem}", tries, times)
    races = {
        "deadlock": judge_transfers,
        "check outside of the lock": judge_withdrawals,
        "lost update": judge_deposits,
    }
    for name, judge in races.items():
        tries = (not is_accepted(ACCOUNTS, judge) for _ in range(times // 10))
        report(name, tries, times // 10)
    leaks = load(SAMPLES / "leaks.py")
    for name, subjects in (("leaks", leaks.LEAKING), ("does not leak", leaks.CLEAN)):
        for subject in subjects:
            tries = (growth(subject()).is_leak is (name == "leaks") for _ in range(times // 5))
            report(f"{name}: {subject.__name__}", tries, times // 5)


if __name__ == "__main__":
    main()
