"""13 · Race condition. The statement: `grader show 13`, or problems/13/README.md."""

import asyncio
import threading


class InsufficientFundsError(Exception):
    """Raised where an account has less than is asked of it."""


class Store:
    """Given: where an account keeps its balance."""

    def __init__(self, balance: int) -> None:
        self._balance = balance

    @property
    def balance(self) -> int:
        return self._balance

    def _read(self) -> int:
        return self._balance

    def _write(self, value: int) -> None:
        self._balance = value


class UnlockedAccount(Store):
    """Given: loses an update if another thread comes between its read and its write."""

    def deposit(self, amount: int) -> None:
        value = self._read()
        self._write(value + amount)


class LockedAccount(Store):
    """Given: loses none."""

    def __init__(self, balance: int) -> None:
        super().__init__(balance)
        self._lock = threading.Lock()

    def deposit(self, amount: int) -> None:
        with self._lock:
            value = self._read()
            self._write(value + amount)


class AsyncStore:
    """Given: where an account for tasks keeps its balance; others run at every await."""

    def __init__(self, balance: int) -> None:
        self._balance = balance

    @property
    def balance(self) -> int:
        return self._balance

    async def _read(self) -> int:
        await asyncio.sleep(0)
        return self._balance

    async def _write(self, value: int) -> None:
        await asyncio.sleep(0)
        self._balance = value


def lost_update(account_class: type[Store]) -> bool:
    """Force two deposits into each other; tell whether money was lost."""
    raise NotImplementedError


class Account(Store):
    """An account that threads may share."""

    def __init__(self, balance: int) -> None:
        raise NotImplementedError

    def deposit(self, amount: int) -> None:
        """Add an amount."""
        raise NotImplementedError

    def withdraw(self, amount: int) -> None:
        """Take an amount away; never below zero."""
        raise NotImplementedError


def transfer(source: Account, target: Account, amount: int) -> None:
    """Move an amount in one step."""
    raise NotImplementedError


def total(*accounts: Account) -> int:
    """Return the sum of the balances at one moment."""
    raise NotImplementedError


class AsyncAccount(AsyncStore):
    """An account that the tasks of one loop may share."""

    def __init__(self, balance: int) -> None:
        raise NotImplementedError

    async def deposit(self, amount: int) -> None:
        """Add an amount."""
        raise NotImplementedError

    async def withdraw(self, amount: int) -> None:
        """Take an amount away; never below zero."""
        raise NotImplementedError


async def transfer_async(source: AsyncAccount, target: AsyncAccount, amount: int) -> None:
    """Move an amount in one step."""
    raise NotImplementedError


async def total_async(*accounts: AsyncAccount) -> int:
    """Return the sum of the balances at one moment."""
    raise NotImplementedError
