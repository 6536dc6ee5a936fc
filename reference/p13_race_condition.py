"""13 · Race condition, solved with a lock in each account, taken in the order of their ids."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager


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


# Seconds after which a deposit counts as held up by the other one.
PATIENCE = 0.5


def lost_update(account_class: type[Store]) -> bool:
    """Force two deposits into each other; tell whether money was lost."""
    has_read, has_ended = threading.Event(), threading.Event()

    class Paused(account_class):
        def _read(self) -> int:
            value = super()._read()
            if threading.current_thread() is first:
                has_read.set()
                has_ended.wait(PATIENCE)
            return value

    def deposit_second() -> None:
        has_read.wait(PATIENCE)
        account.deposit(20)
        has_ended.set()

    account = Paused(0)
    first = threading.Thread(target=account.deposit, args=(10,))
    second = threading.Thread(target=deposit_second)
    for thread in (first, second):
        thread.start()
    for thread in (first, second):
        thread.join()
    return account.balance != 30


class Account(Store):
    """An account that threads may share."""

    def __init__(self, balance: int) -> None:
        super().__init__(balance)
        self._lock = threading.Lock()

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
    _check(amount)
    if source is target:
        with source._lock:
            _rest(source._read(), amount)
        return
    # Everybody takes locks in the same order, so nobody can wait in a circle.
    first, second = sorted((source, target), key=id)
    with first._lock, second._lock:
        source._write(_rest(source._read(), amount))
        target._write(target._read() + amount)


def total(*accounts: Account) -> int:
    """Return the sum of the balances at one moment."""
    with ExitStack() as stack:
        for account in sorted(accounts, key=id):
            stack.enter_context(account._lock)
        return sum(account._read() for account in accounts)


class AsyncAccount(AsyncStore):
    """An account that the tasks of one loop may share."""

    def __init__(self, balance: int) -> None:
        super().__init__(balance)
        self._lock = asyncio.Lock()

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
    async with _locked_async(source, target):
        await source._write(_rest(await source._read(), amount))
        await target._write(await target._read() + amount)


async def total_async(*accounts: AsyncAccount) -> int:
    """Return the sum of the balances at one moment."""
    async with _locked_async(*accounts):
        return sum([await account._read() for account in accounts])


@asynccontextmanager
async def _locked_async(*accounts: AsyncAccount) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for account in sorted(set(accounts), key=id):
            await stack.enter_async_context(account._lock)
        yield


def _check(amount: int) -> None:
    if amount <= 0:
        raise ValueError(f"an amount must be positive, not {amount}")


def _rest(balance: int, amount: int) -> int:
    if balance < amount:
        raise InsufficientFundsError(f"{balance} is less than {amount}")
    return balance - amount
