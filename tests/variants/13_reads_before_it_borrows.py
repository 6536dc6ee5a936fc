"""Variant of locks_the_write."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager


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
    account = account_class(0)
    read, gates = account._read, [threading.Event(), threading.Event()]

    def read_and_meet() -> int:
        value = read()
        mine, other = gates if not gates[0].is_set() else reversed(gates)
        mine.set()
        other.wait(timeout=0.3)
        return value

    account._read = read_and_meet
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(account.deposit, amount) for amount in (1, 2)]
        for future in done:
            future.result()
    return account.balance < 3


class _Manager:
    """Lends accounts to threads: all that one needs at once, or none."""

    def __init__(self) -> None:
        self._busy: set[Store] = set()
        self._changed = threading.Condition()

    @contextmanager
    def lend(self, *accounts: Store) -> Iterator[None]:
        wanted = set(accounts)
        with self._changed:
            self._changed.wait_for(lambda: not wanted & self._busy)
            self._busy |= wanted
        try:
            yield
        finally:
            with self._changed:
                self._busy -= wanted
                self._changed.notify_all()


class _AsyncManager:
    """Lends accounts to tasks."""

    def __init__(self) -> None:
        self._busy: set[AsyncStore] = set()
        self._waiting: list[asyncio.Future[None]] = []

    @asynccontextmanager
    async def lend(self, *accounts: AsyncStore) -> AsyncIterator[None]:
        wanted = set(accounts)
        while wanted & self._busy:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future
        self._busy |= wanted
        try:
            yield
        finally:
            self._busy -= wanted
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)


_manager = _Manager()
_async_manager = _AsyncManager()


class Account(Store):
    """An account that threads may share."""

    def deposit(self, amount: int) -> None:
        """Add an amount."""
        _check(amount)
        after = self._read() + amount
        with _manager.lend(self):
            self._write(after)

    def withdraw(self, amount: int) -> None:
        """Take an amount away; never below zero."""
        _check(amount)
        after = _rest(self._read(), amount)
        with _manager.lend(self):
            self._write(after)


def transfer(source: Account, target: Account, amount: int) -> None:
    """Move an amount in one step."""
    _check(amount)
    if source is target:
        _rest(source._read(), amount)
        return
    less, more = _rest(source._read(), amount), target._read() + amount
    with _manager.lend(source, target):
        source._write(less)
        target._write(more)


def total(*accounts: Account) -> int:
    """Return the sum of the balances at one moment."""
    with _manager.lend(*accounts):
        return sum(account._read() for account in accounts)


class AsyncAccount(AsyncStore):
    """An account that the tasks of one loop may share."""

    async def deposit(self, amount: int) -> None:
        """Add an amount."""
        _check(amount)
        async with _async_manager.lend(self):
            await self._write(await self._read() + amount)

    async def withdraw(self, amount: int) -> None:
        """Take an amount away; never below zero."""
        _check(amount)
        async with _async_manager.lend(self):
            await self._write(_rest(await self._read(), amount))


async def transfer_async(source: AsyncAccount, target: AsyncAccount, amount: int) -> None:
    """Move an amount in one step."""
    _check(amount)
    async with _async_manager.lend(source, target):
        await source._write(_rest(await source._read(), amount))
        await target._write(await target._read() + amount)


async def total_async(*accounts: AsyncAccount) -> int:
    """Return the sum of the balances at one moment."""
    async with _async_manager.lend(*accounts):
        return sum([await account._read() for account in accounts])


def _check(amount: int) -> None:
    if amount <= 0:
        raise ValueError(f"an amount must be positive, not {amount}")


def _rest(balance: int, amount: int) -> int:
    if balance < amount:
        raise InsufficientFundsError(f"{balance} is less than {amount}")
    return balance - amount
