"""Accounts that lose money in three ways: known samples for the interleaver."""

from __future__ import annotations

import threading


class Account:
    """Deposits without a lock, and checks its balance before it takes one."""

    def __init__(self, balance: int) -> None:
        self.balance = balance
        self.lock = threading.Lock()

    def deposit(self, amount: int) -> None:
        """Lose an update."""
        self.balance += amount

    def withdraw(self, amount: int) -> None:
        """Check, then act."""
        if self.balance < amount:
            raise ValueError("too little")
        with self.lock:
            self.balance -= amount


def transfer(source: Account, target: Account, amount: int) -> None:
    """Take the locks in the order of the arguments."""
    with source.lock, target.lock:
        source.balance -= amount
        target.balance += amount
