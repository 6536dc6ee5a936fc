"""Hidden tests of 13 · Race condition: simulate and fix."""

import asyncio
import itertools
import random
import threading
import time
from unittest import mock

import pytest

from grader.testkit import Mismatch, call, call_async, call_raising, expect, lines
from grader.testkit.clock import VirtualClock, run
from grader.testkit.threads import controlled_threads

behaviour = pytest.mark.behaviour

# Seconds of virtual time, which pass only where nobody can go on.
PATIENCE = 60
FEW = range(5)


@pytest.fixture
def threads():
    with controlled_threads() as threads:
        yield threads


@pytest.fixture
def sleepless(threads):
    """Let sleeps return at once, and order nothing."""
    with mock.patch.object(time, "sleep", lambda seconds: None):
        yield threads


def alone(threads, solution, operation):
    """Run an operation where waiting for ever is found out; return what it returned."""
    seen = []
    threads.in_turn(solution, dict, [operation], lambda done: seen.extend(done.returned))
    return seen[0]


def attempt(function, *args):
    """Call, and tell how it ended: "done", or the name of the error."""
    try:
        function(*args)
    except (ValueError, NotImplementedError):
        raise
    except Exception as error:
        return type(error).__name__
    return "done"


def balances(state):
    return {name: account.balance for name, account in state.items()}


def accounts_of(solution, **amounts):
    return lambda: {name: solution.Account(amount) for name, amount in amounts.items()}


# What the threads of a test do; each is called with the accounts by their names.
def deposit(name, amount):
    return lambda state: state[name].deposit(amount)


def withdraw(name, amount):
    return lambda state: attempt(state[name].withdraw, amount)


def transfer(solution, source, target, amount):
    return lambda state: attempt(solution.transfer, state[source], state[target], amount)


def total(solution, *names):
    return lambda state: solution.total(*(state[name] for name in names))


def expect_balances(what, **expected):
    def check(done):
        expect(f"the balances after {what}", balances(done.state), expected)

    return check


# --- The accounts -----------------------------------------------------------------------------


@behaviour("accounts")
def test_deposits_and_withdrawals_change_the_balance(threads, solution):
    def operation(_):
        account = call(solution.Account, 70).value
        call(account.deposit, 25)
        expect("the balance of Account(70) after deposit(25)", account.balance, 95)
        call(account.withdraw, 95)
        expect("the balance after withdraw(95)", account.balance, 0)

    alone(threads, solution, operation)


@behaviour("accounts")
def test_a_transfer_moves_money(threads, solution):
    def operation(_):
        a, b = solution.Account(40), solution.Account(5)
        call(solution.transfer, a, b, 40)
        expect("the balances of 40 and 5 after transfer(a, b, 40)", [a.balance, b.balance], [0, 45])

    alone(threads, solution, operation)


@behaviour("accounts")
@pytest.mark.parametrize("amounts", [[], [8], [3, 0, 11]])
def test_a_total_is_the_sum(threads, solution, amounts):
    def operation(_):
        call(solution.total, *map(solution.Account, amounts)).gives(sum(amounts))

    alone(threads, solution, operation)


@behaviour("accounts")
def test_balances_are_read_and_written_through_the_store(threads, solution):
    class Remote(solution.Account):
        def _read(self):
            return rows[self]

        def _write(self, value):
            rows[self] = value

    def operation(_):
        a, b = Remote(0), Remote(0)
        rows.update({a: 50, b: 20})
        call(a.deposit, 4)
        call(b.withdraw, 6)
        call(solution.transfer, a, b, 10)
        what = "50 and 20 in a store of the test, after a.deposit(4), b.withdraw(6), 10 from a to b"
        expect(what, [rows[a], rows[b]], [44, 24])
        call(solution.total, a, b).gives(68)

    rows = {}
    alone(threads, solution, operation)


# --- Refusals ---------------------------------------------------------------------------------


@behaviour("refusals")
def test_a_withdrawal_of_too_much_is_refused(threads, solution):
    def operation(_):
        account = solution.Account(9)
        call_raising(solution.InsufficientFundsError, account.withdraw, 10)
        expect("the balance of 9 after withdraw(10)", account.balance, 9)

    alone(threads, solution, operation)


@behaviour("refusals")
def test_a_transfer_of_too_much_changes_neither_account(threads, solution):
    def operation(_):
        a, b = solution.Account(9), solution.Account(100)
        call_raising(solution.InsufficientFundsError, solution.transfer, a, b, 10)
        expect("the balances of 9 and 100 after 10 from a to b", [a.balance, b.balance], [9, 100])

    alone(threads, solution, operation)


@behaviour("refusals")
@pytest.mark.parametrize("amount", [0, -3])
@pytest.mark.parametrize("name", ["deposit", "withdraw", "transfer"])
def test_an_amount_that_is_not_positive_is_refused(threads, solution, name, amount):
    def operation(_):
        a, b = solution.Account(9), solution.Account(9)
        if name == "transfer":
            call_raising(ValueError, solution.transfer, a, b, amount)
        else:
            call_raising(ValueError, getattr(a, name), amount)
        expect(f"the balances after {name} of {amount}", [a.balance, b.balance], [9, 9])

    alone(threads, solution, operation)


# --- The demonstration ------------------------------------------------------------------------


def unlocked(store):
    class Unlocked(store):
        def deposit(self, amount):
            value = self._read()
            self._write(value + amount)

    return Unlocked


def lock_on_write(store):
    class LockOnWrite(store):
        def __init__(self, balance):
            super().__init__(balance)
            self._lock = threading.Lock()

        def deposit(self, amount):
            value = self._read()
            with self._lock:
                self._write(value + amount)

    return LockOnWrite


def lock_per_call(store):
    class LockPerCall(store):
        def deposit(self, amount):
            with threading.Lock():
                value = self._read()
                self._write(value + amount)

    return LockPerCall


def locked_by(make_lock):
    def locked(store):
        class Locked(store):
            def __init__(self, balance):
                super().__init__(balance)
                self._guard = make_lock()

            def deposit(self, amount):
                with self._guard:
                    value = self._read()
                    self._write(value + amount)

        return Locked

    return locked


def lock_of_the_class(store):
    class SharedLock(store):
        shared = threading.Lock()

        def deposit(self, amount):
            with self.shared:
                value = self._read()
                self._write(value + amount)

    return SharedLock


def tries_again(store):
    class TriesAgain(store):
        def __init__(self, balance):
            super().__init__(balance)
            self._lock = threading.Lock()

        def deposit(self, amount):
            while True:
                value = self._read()
                with self._lock:
                    if self._balance == value:
                        self._write(value + amount)
                        return

    return TriesAgain


SAFE = {
    "Lock": locked_by(lambda: threading.Lock()),
    "RLock": locked_by(lambda: threading.RLock()),
    "Condition": locked_by(lambda: threading.Condition()),
    "class": lock_of_the_class,
    "retry": tries_again,
}


def demonstrate(threads, solution, make_class, expected, seeds=range(20)):
    """Demonstrate many times, with threads that take turns in as many ways."""
    account_class = make_class(solution.Store)
    runs = itertools.count(1)

    def check(done):
        what = f"lost_update({account_class.__name__}), run {next(runs)} of {len(seeds)}"
        expect(what, done.returned, [expected])

    threads.shuffle(
        solution, dict, [lambda _: solution.lost_update(account_class)], check, seeds=seeds
    )


@behaviour("shows-the-loss")
@pytest.mark.parametrize("make_class", [unlocked, lock_on_write, lock_per_call])
def test_an_account_that_is_not_safe_loses_every_time(threads, solution, make_class):
    demonstrate(threads, solution, make_class, expected=True)


@behaviour("shows-the-loss")
def test_the_loss_does_not_hang_on_luck(threads, solution):
    def check(done):
        what = "lost_update(Unlocked), where threads take turns only when one waits or ends"
        expect(what, done.returned, [True])

    account_class = unlocked(solution.Store)
    threads.in_turn(solution, dict, [lambda _: solution.lost_update(account_class)], check)


@behaviour("shows-the-loss")
def test_the_loss_does_not_hang_on_sleep(sleepless, solution):
    demonstrate(sleepless, solution, unlocked, expected=True)


@behaviour("clears-the-safe")
def test_a_locked_account_is_cleared_every_time(threads, solution):
    demonstrate(threads, solution, SAFE["Lock"], expected=False)


@behaviour("clears-the-safe")
@pytest.mark.parametrize("name", ["RLock", "Condition", "class"])
def test_other_locks_are_cleared_too(threads, solution, name):
    demonstrate(threads, solution, SAFE[name], expected=False, seeds=FEW)


@behaviour("clears-the-safe")
def test_an_account_that_reads_again_is_cleared(threads, solution):
    demonstrate(threads, solution, SAFE["retry"], expected=False, seeds=FEW)


# --- Lost updates -----------------------------------------------------------------------------


@behaviour("no-lost-update")
def test_two_deposits_both_count(threads, solution):
    check = expect_balances("deposits of 10 to 100 in two threads", a=120)
    operation = deposit("a", 10)
    threads.interleave(solution, accounts_of(solution, a=100), [operation] * 2, check)


@behaviour("no-lost-update")
def test_two_deposits_both_count_with_many_switches(threads, solution):
    check = expect_balances("deposits of 10 to 100 in two threads", a=120)
    operations, make = [deposit("a", 10)] * 2, accounts_of(solution, a=100)
    # By dice of known seeds: all schedules with two switches are the square of those with one.
    threads.shuffle(solution, make, operations, check, seeds=range(60))


@behaviour("no-lost-update")
def test_a_deposit_and_a_withdrawal_both_count(threads, solution):
    check = expect_balances("deposit(10) and withdraw(40) of 100", a=70)
    operations = [deposit("a", 10), withdraw("a", 40)]
    threads.interleave(solution, accounts_of(solution, a=100), operations, check)


@behaviour("no-lost-update")
@pytest.mark.parametrize("name", ["a", "b"])
def test_a_transfer_and_a_deposit_both_count(threads, solution, name):
    expected = {"a": 70, "b": 130, name: {"a": 75, "b": 135}[name]}
    check = expect_balances(f"30 from a to b, and {name}.deposit(5)", **expected)
    operations = [transfer(solution, "a", "b", 30), deposit(name, 5)]
    threads.interleave(solution, accounts_of(solution, a=100, b=100), operations, check)


# --- Overdrafts -------------------------------------------------------------------------------


def one_is_refused(what, rest):
    def check(done):
        expect(f"how {what} ended", sorted(done.returned), ["InsufficientFundsError", "done"])
        found = sum(balances(done.state).values())
        expect(f"the sum of all balances after {what}", found, rest)

    return check


@behaviour("no-overdraft")
def test_the_same_money_is_not_withdrawn_twice(threads, solution):
    check = one_is_refused("two withdrawals of 60 from 100", rest=40)
    operation = withdraw("a", 60)
    threads.interleave(solution, accounts_of(solution, a=100), [operation] * 2, check)


@behaviour("no-overdraft")
def test_the_same_money_is_not_transferred_twice(threads, solution):
    def check(done):
        one_is_refused("transfers of 60 from a, which has 100, to b and c", rest=100)(done)
        expect("the balance of a", done.state["a"].balance, 40)

    operations = [transfer(solution, "a", name, 60) for name in "bc"]
    threads.interleave(solution, accounts_of(solution, a=100, b=0, c=0), operations, check)


# --- Deadlocks --------------------------------------------------------------------------------


def all_ended(done):
    """Ask no more: that somebody waits for ever is found out without us."""


@behaviour("no-deadlock")
def test_transfers_forth_and_back_both_end(threads, solution):
    operations = [transfer(solution, "a", "b", 10), transfer(solution, "b", "a", 30)]
    threads.interleave(solution, accounts_of(solution, a=100, b=100), operations, all_ended)


@behaviour("no-deadlock")
@pytest.mark.parametrize("names", ["ab", "ba"])
def test_a_transfer_and_a_total_both_end(threads, solution, names):
    operations = [transfer(solution, "a", "b", 10), total(solution, *names)]
    threads.interleave(solution, accounts_of(solution, a=100, b=100), operations, all_ended)


@behaviour("no-deadlock")
def test_a_transfer_to_the_same_account_changes_nothing(threads, solution):
    def operation(_):
        account = solution.Account(50)
        call(solution.transfer, account, account, 50)
        expect("the balance of 50 after transfer(a, a, 50)", account.balance, 50)

    alone(threads, solution, operation)


@behaviour("no-deadlock")
def test_a_transfer_of_too_much_to_the_same_account_is_refused(threads, solution):
    def operation(_):
        account = solution.Account(50)
        call_raising(solution.InsufficientFundsError, solution.transfer, account, account, 51)
        expect("the balance of 50 after transfer(a, a, 51)", account.balance, 50)

    alone(threads, solution, operation)


# --- Totals -----------------------------------------------------------------------------------


@behaviour("whole-totals")
def test_a_total_never_sees_half_a_transfer(threads, solution):
    def make():
        # In the order of their ids: what takes locks in that order shall not depend on luck.
        return dict(zip("ab", sorted((solution.Account(100) for _ in "ab"), key=id), strict=True))

    def check(done):
        expect("the total of 100 and 100, beside 30 from a to b", done.returned[1], 200)

    operations = [transfer(solution, "a", "b", 30), total(solution, "a", "b")]
    threads.interleave(solution, make, operations, check)


# --- Unrelated accounts -----------------------------------------------------------------------


def slow_in(method, account_class):
    """Return a class whose ``method``, when first called, waits until another thread has ended."""

    class Slow(account_class):
        def __init__(self, balance):
            super().__init__(balance)
            self.reached, self.goes_on = threading.Event(), threading.Event()
            self.was_in_time = None

        def _read(self):
            self._stop("_read")
            return super()._read()

        def _write(self, value):
            self._stop("_write")
            super()._write(value)

        def _stop(self, name):
            if name == method and not self.reached.is_set():
                self.reached.set()
                self.was_in_time = self.goes_on.wait(PATIENCE)

    return Slow


def unrelated_transfer(solution, slow, *, patience=0):
    def operation(state):
        state[slow].reached.wait(PATIENCE)
        if patience:
            # Ends when nobody else can go on: the others wait then.
            threading.Event().wait(patience)
        solution.transfer(state["c"], state["d"], 10)
        state[slow].goes_on.set()

    return operation


def has_not_waited(what, slow, method):
    def check(done):
        account = done.state[slow]
        if not account.reached.is_set():
            called = f"{slow}.{method}() in a transfer"
            raise Mismatch(lines(Checked=called, Found="not called", Expected="a call"))
        if not account.was_in_time:
            found, expected = "it has to wait for them", "it ends before they go on"
            raise Mismatch(lines(Checked=what, Found=found, Expected=expected))

    return check


@behaviour("unrelated-overlap")
@pytest.mark.parametrize("method", ["_read", "_write"])
@pytest.mark.parametrize("slow", ["a", "b"])
def test_an_unrelated_transfer_does_not_wait(threads, solution, slow, method):
    def make():
        state = accounts_of(solution, a=100, b=100, c=100, d=100)()
        return {**state, slow: slow_in(method, solution.Account)(100)}

    operations = [transfer(solution, "a", "b", 10), unrelated_transfer(solution, slow)]
    what = f"10 from c to d, while 10 from a to b stands in {slow}.{method}()"
    check = has_not_waited(what, slow, method)
    threads.shuffle(solution, make, operations, check, seeds=[0])


@behaviour("unrelated-overlap")
def test_an_unrelated_transfer_does_not_wait_behind_one_that_waits(threads, solution):
    def make():
        state = accounts_of(solution, a=100, b=100, c=100, d=100)()
        return {**state, "s": slow_in("_write", solution.Account)(100)}

    def waits_for_s(state):
        state["s"].reached.wait(PATIENCE)
        solution.transfer(state["b"], state["s"], 10)

    operations = [
        transfer(solution, "s", "a", 10),
        waits_for_s,
        unrelated_transfer(solution, "s", patience=1),
    ]
    what = "10 from c to d, while 10 from s to a stands in s._write() and 10 from b waits for s"
    threads.shuffle(solution, make, operations, has_not_waited(what, "s", "_write"), seeds=[0])


# --- Failures ---------------------------------------------------------------------------------


class StoreError(Exception):
    """What a store of the tests raises."""


def breaking_in(method, account_class, error):
    """Return a class whose ``method`` raises ``error`` when first called."""

    class Breaking(account_class):
        has_broken = False

        def _read(self):
            self._break("_read")
            return super()._read()

        def _write(self, value):
            self._break("_write")
            super()._write(value)

        def _break(self, name):
            if name == method and not self.has_broken:
                self.has_broken = True
                raise error

    return Breaking


def goes_on_after(threads, solution, make, fail):
    """Let one thread fail; then let another one use both accounts."""

    def first(state):
        try:
            fail(state)
        finally:
            ended.set()

    def second(state):
        ended.wait()
        # A lock that is not free is a deadlock here, and tells who has it.
        state["a"].deposit(1)
        state["b"].deposit(1)

    def renewed():
        ended.clear()
        return make()

    ended = threading.Event()
    threads.shuffle(solution, renewed, [first, second], lambda done: None, seeds=[0])


@behaviour("free-after-failure")
@pytest.mark.parametrize("amount", [0, 500])
@pytest.mark.parametrize("name", ["withdraw", "transfer"])
def test_the_accounts_are_free_after_a_refusal(threads, solution, name, amount):
    def fail(state):
        a, b = state["a"], state["b"]
        error = solution.InsufficientFundsError if amount else ValueError
        if name == "withdraw":
            call_raising(error, a.withdraw, amount)
        else:
            call_raising(error, solution.transfer, a, b, amount)

    goes_on_after(threads, solution, accounts_of(solution, a=100, b=100), fail)


def fail_with(error, function, *args):
    """Call a function that must raise that very object."""
    found = "it did not reach the caller"
    try:
        function(*args)
    except BaseException as raised:
        if raised is error:
            return
        found = repr(raised)
        if not isinstance(raised, type(error)):
            raise
    raise Mismatch(lines(Checked="an error of the store", Found=found, Expected="that very error"))


@behaviour("free-after-failure")
@pytest.mark.parametrize("kind", [StoreError, KeyboardInterrupt])
@pytest.mark.parametrize("method", ["_read", "_write"])
def test_the_accounts_are_free_after_an_error_of_the_store(threads, solution, method, kind):
    error = kind("the store has failed")

    def make():
        state = accounts_of(solution, a=100, b=100)()
        state["b"] = breaking_in(method, solution.Account, error)(100)
        return state

    def deposit_fails(state):
        fail_with(error, state["b"].deposit, 5)

    def transfer_fails(state):
        fail_with(error, solution.transfer, state["a"], state["b"], 5)

    for fail in (deposit_fails, transfer_fails):
        goes_on_after(threads, solution, make, fail)


@behaviour("free-after-failure")
def test_the_accounts_are_free_after_a_total_that_failed(threads, solution):
    error = StoreError("the store has failed")

    def make():
        state = accounts_of(solution, a=100, b=100)()
        state["b"] = breaking_in("_read", solution.Account, error)(100)
        return state

    def fail(state):
        fail_with(error, solution.total, state["a"], state["b"])

    goes_on_after(threads, solution, make, fail)


# --- Tasks ------------------------------------------------------------------------------------


class Tasks:
    """Runs tasks that give way, by dice of a known seed, before every read and write."""

    def __init__(self, threads, solution):
        self.threads = threads
        self.solution = solution
        self.dice = random.Random(13)
        self.names = {}
        self.tape = []

    def account(self, name, balance, *, stands_in=None):
        """Return an account that tells what is done; one that ``stands_in`` a method waits there."""
        tasks = self

        class Account(self.solution.AsyncAccount):
            async def _read(self):
                await tasks.give_way(self, "_read")
                value = await super()._read()
                tasks.note(f"reads {name}: {value}")
                return value

            async def _write(self, value):
                await tasks.give_way(self, "_write")
                await super()._write(value)
                tasks.note(f"writes {name}: {value}")

        account = call(Account, balance).value
        self.names[id(account)] = stands_in
        account.reached, account.opened = asyncio.Event(), asyncio.Event()
        return account

    async def give_way(self, account, method):
        for _ in range(self.dice.randrange(3)):
            await asyncio.sleep(0)
        if self.names[id(account)] == method and not account.reached.is_set():
            account.reached.set()
            await account.opened.wait()

    def note(self, text):
        self.tape.append(f"  {asyncio.current_task().get_name()}  {text}")

    def start(self, name, function, *args):
        async def work():
            try:
                await function(*args)
            except self.solution.InsufficientFundsError:
                self.note("is refused")
                return "refused"
            self.note("is done")
            return "done"

        return asyncio.create_task(work(), name=name)

    async def end(self, *tasks):
        """Wait for tasks, and return what each returned."""
        await asyncio.wait(tasks, timeout=PATIENCE)
        waiting = sorted(task.get_name() for task in tasks if not task.done())
        if waiting:
            found = f"for ever waits: {', '.join(waiting)}"
            raise Mismatch(lines(Checked="several tasks", Found=found, Expected="all to end"))
        return [task.result() for task in tasks]

    def run(self, main):
        """Run the coroutine function; a Mismatch tells what the tasks did."""
        found = alone(self.threads, self.solution, lambda _: self._attempt(main))
        if found is not None:
            story = ["What happened, one task at a time:", *self.tape[-20:]]
            raise Mismatch("\n".join([str(found), *story]))

    def _attempt(self, main):
        try:
            run(main(), VirtualClock())
        except Mismatch as mismatch:
            return mismatch
        return None


@pytest.fixture
def tasks(threads, solution):
    return Tasks(threads, solution)


async def reaches(account, task, where):
    """Wait until the task stands in a method of the account."""
    reached = asyncio.ensure_future(account.reached.wait())
    await asyncio.wait([reached, task], return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
    expect(f"whether {task.get_name()} calls {where}", reached.done(), True)


@behaviour("tasks-updates")
def test_tasks_lose_no_update(tasks):
    async def main():
        for _ in range(5):
            tasks.tape.clear()
            a = tasks.account("a", 100)
            await tasks.end(
                tasks.start("A", a.deposit, 10),
                tasks.start("B", a.withdraw, 30),
                tasks.start("C", a.deposit, 5),
            )
            expect("the balance of 100 after +10, -30 and +5 in three tasks", a.balance, 85)

    tasks.run(main)


@behaviour("tasks-updates")
def test_tasks_do_not_withdraw_the_same_money_twice(tasks):
    async def main():
        for _ in range(5):
            tasks.tape.clear()
            a = tasks.account("a", 100)
            ends = await tasks.end(*(tasks.start(name, a.withdraw, 60) for name in "AB"))
            expect("how two withdrawals of 60 from 100 ended", sorted(ends), ["done", "refused"])
            expect("the balance after them", a.balance, 40)

    tasks.run(main)


@behaviour("tasks-updates")
def test_tasks_are_refused_what_threads_are_refused(tasks):
    async def main():
        a, b = tasks.account("a", 9), tasks.account("b", 9)
        for amount in (0, -3):
            for act in (a.deposit, a.withdraw, lambda n: tasks.solution.transfer_async(a, b, n)):
                await refused(ValueError, act, amount)
        await refused(tasks.solution.InsufficientFundsError, a.withdraw, 10)
        await refused(
            tasks.solution.InsufficientFundsError, tasks.solution.transfer_async, a, b, 10
        )
        expect("the balances of 9 and 9 after refusals", [a.balance, b.balance], [9, 9])

    tasks.run(main)


async def refused(expected, function, *args):
    try:
        called = await call_async(function, *args)
    except NotImplementedError:
        raise
    except expected:
        return
    called.fail(f"{expected.__name__} to be raised")


@behaviour("tasks-updates")
@pytest.mark.parametrize("method", ["_read", "_write"])
def test_a_cancelled_task_leaves_the_account_free(tasks, method):
    async def main():
        a = tasks.account("a", 100, stands_in=method)
        first = tasks.start("A", a.deposit, 10)
        await reaches(a, first, f"a.{method}()")
        first.cancel()
        await asyncio.wait([first], timeout=PATIENCE)
        expect("whether the cancelled task has ended as cancelled", first.cancelled(), True)
        await tasks.end(tasks.start("B", a.deposit, 5))
        expect("the balance of 100 after a cancelled +10 and +5", a.balance, 105)

    tasks.run(main)


@behaviour("tasks-updates")
def test_a_task_that_waits_lets_others_run(tasks):
    async def open_it(account):
        account.opened.set()

    async def main():
        a = tasks.account("a", 100, stands_in="_write")
        first = tasks.start("A", a.deposit, 10)
        await asyncio.sleep(0)
        second = tasks.start("B", a.deposit, 20)
        for _ in range(10):
            await asyncio.sleep(0)
        await tasks.end(first, second, tasks.start("C", open_it, a))

    tasks.run(main)


@behaviour("tasks-updates")
def test_a_task_that_is_cancelled_while_it_waits_frees_nothing(tasks):
    async def main():
        a = tasks.account("a", 100, stands_in="_write")
        first = tasks.start("A", a.deposit, 10)
        await reaches(a, first, "a._write()")
        second = tasks.start("B", a.deposit, 20)
        for _ in range(10):
            await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second], timeout=PATIENCE)
        expect("whether the task that waited has ended as cancelled", second.cancelled(), True)
        third = tasks.start("C", a.deposit, 5)
        for _ in range(10):
            await asyncio.sleep(0)
        a.opened.set()
        await tasks.end(first, third)
        expect("the balance of 100 after +10, a cancelled +20, and +5", a.balance, 115)

    tasks.run(main)


@behaviour("tasks-transfers")
def test_a_transfer_between_tasks_loses_no_update(tasks):
    async def main():
        for _ in range(5):
            tasks.tape.clear()
            a, b = tasks.account("a", 100), tasks.account("b", 100)
            await tasks.end(
                tasks.start("A", tasks.solution.transfer_async, a, b, 30),
                tasks.start("B", b.deposit, 5),
                tasks.start("C", a.deposit, 5),
            )
            found = [a.balance, b.balance]
            expect("100 and 100 after 30 from a to b, and 5 to each", found, [75, 135])

    tasks.run(main)


@behaviour("tasks-transfers")
def test_tasks_with_transfers_forth_and_back_all_end(tasks):
    async def main():
        move = tasks.solution.transfer_async
        for order in itertools.permutations("ABC"):
            tasks.tape.clear()
            a, b = tasks.account("a", 100), tasks.account("b", 100)
            start = {
                "A": lambda a=a, b=b: tasks.start("A", move, a, b, 30),
                "B": lambda a=a, b=b: tasks.start("B", move, b, a, 10),
                "C": lambda b=b: tasks.start("C", b.deposit, 5),
            }
            await tasks.end(*[start[name]() for name in order])
            found = [a.balance, b.balance]
            expect("100 and 100 after 30 forth, 10 back, and 5 to b", found, [80, 125])

    tasks.run(main)


@behaviour("tasks-transfers")
def test_a_task_may_transfer_to_the_same_account(tasks):
    async def main():
        a = tasks.account("a", 50)
        ends = await tasks.end(tasks.start("A", tasks.solution.transfer_async, a, a, 50))
        expect("how a transfer of 50 from a to a, which has 50, ended", ends, ["done"])
        expect("the balance of 50 after 50 from a to a", a.balance, 50)

    tasks.run(main)


@behaviour("tasks-transfers")
def test_a_total_in_a_task_never_sees_half_a_transfer(tasks):
    async def main():
        for names in ("ab", "ba") * 5:
            tasks.tape.clear()
            made = {name: tasks.account(name, 100) for name in "ab"}
            work = tasks.start("A", tasks.solution.transfer_async, made["a"], made["b"], 30)
            await asyncio.sleep(0)
            called = await call_async(tasks.solution.total_async, *(made[name] for name in names))
            expect("the total of 100 and 100, beside 30 from a to b", called.value, 200)
            await tasks.end(work)

    tasks.run(main)


@behaviour("tasks-transfers")
def test_a_task_does_not_wait_for_unrelated_accounts(tasks):
    async def main():
        a = tasks.account("a", 100, stands_in="_write")
        b, c, d = (tasks.account(name, 100) for name in "bcd")
        slow = tasks.start("A", tasks.solution.transfer_async, a, b, 10)
        await reaches(a, slow, "a._write()")
        await tasks.end(tasks.start("B", tasks.solution.transfer_async, c, d, 10))
        a.opened.set()
        await tasks.end(slow)

    tasks.run(main)
