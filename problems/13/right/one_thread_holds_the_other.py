"""Right: the first deposit starts the second one; locks that can be taken twice, ordered by number."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager


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
    others: list[threading.Thread] = []

    class Interrupted(account_class):
        def _read(self) -> int:
            value = super()._read()
            if not others:
                others.append(threading.Thread(target=self.deposit, args=(7,)))
                others[0].start()
                others[0].join(timeout=1)
            return value

    account = Interrupted(100)
    account.deposit(5)
    others[0].join()
    return account.balance != 112


_numbers = itertools.count()


class Account(Store):
    """An account that threads may share."""

    def __init__(self, balance: int) -> None:
        super().__init__(balance)
        self._lock = threading.RLock()
        self._number = next(_numbers)

    def deposit(self, amount: int) -> None:
        """Add an amount."""
        _check(amount)
        with self._lock:
            self._write(self._read() + amount)

    def withdraw(self, amount: int) -> None:
        """Take an amount away; never below zero."""
        _check(amount)
        with self._lock:
            self._write(_rest(self._read(), amount))


def transfer(source: Account, target: Account, amount: int) -> None:
    """Move an amount in one step."""
    first, second = sorted((source, target), key=lambda account: account._number)
    with first._lock, second._lock:
        source.withdraw(amount)
        target.deposit(amount)


def total(*accounts: Account) -> int:
    """Return the sum of the balances at one moment."""
    return _sum(sorted(accounts, key=lambda account: account._number))


def _sum(accounts: list[Account]) -> int:
    if not accounts:
        return 0
    first, *others = accounts
    with first._lock:
        return first._read() + _sum(others)


_async_numbers = itertools.count()


class AsyncAccount(AsyncStore):
    """An account that the tasks of one loop may share."""

    def __init__(self, balance: int) -> None:
        super().__init__(balance)
        self._lock = asyncio.Lock()
        self._number = next(_async_numbers)

    async def deposit(self, amount: int) -> None:
        """Add an amount."""
        _check(amount)
        async with self._lock:
            await self._write(await self._read() + amount)

    async def withdraw(self, amount: int) -> None:
        """Take an amount away; never below zero."""
        _check(amount)
        async with self._lock:
            await self._write(_rest(await self._read(), amount))


async def transfer_async(source: AsyncAccount, target: AsyncAccount, amount: int) -> None:
    """Move an amount in one step."""
    _check(amount)
    if source is target:
        async with source._lock:
            _rest(await source._read(), amount)
        return
    first, second = sorted((source, target), key=lambda account: account._number)
    async with first._lock, second._lock:
        rest = _rest(await source._read(), amount)
        balance = await target._read()
        await source._write(rest)
        await target._write(balance + amount)


async def total_async(*accounts: AsyncAccount) -> int:
    """Return the sum of the balances at one moment."""
    taken = []
    try:
        for account in sorted(accounts, key=lambda account: account._number):
            await account._lock.acquire()
            taken.append(account)
        result = 0
        for account in accounts:
            result += await account._read()
        return result
    finally:
        for account in taken:
            account._lock.release()


def _check(amount: int) -> None:
    if amount <= 0:
        raise ValueError(f"an amount must be positive, not {amount}")


def _rest(balance: int, amount: int) -> int:
    if balance < amount:
        raise InsufficientFundsError(f"{balance} is less than {amount}")
    return balance - amount
