"""The examples of the statement."""

import asyncio

import pytest

from grader.testkit import Called, call, call_raising, expect
from grader.testkit.threads import controlled_threads


@pytest.fixture
def threads():
    with controlled_threads() as threads:
        yield threads


def alone(threads, solution, operation):
    """Run an operation where waiting for ever is found out, and time-outs cost nothing."""
    threads.in_turn(solution, dict, [operation], lambda done: None)


@pytest.mark.parametrize(
    ("name", "expected"), [("UnlockedAccount", True), ("LockedAccount", False)]
)
def test_a_demonstration(threads, solution, name, expected):
    def operation(_):
        call(solution.lost_update, getattr(solution, name)).gives(expected)

    alone(threads, solution, operation)


def test_a_transfer_and_a_total(threads, solution):
    def operation(_):
        rent, food = solution.Account(500), solution.Account(80)
        call(solution.transfer, rent, food, 120)
        expect("both balances", [rent.balance, food.balance], [380, 200])
        call(solution.total, rent, food).gives(580)
        call_raising(solution.InsufficientFundsError, food.withdraw, 201)

    alone(threads, solution, operation)


def test_tasks(solution):
    async def main():
        cash, card = solution.AsyncAccount(30), solution.AsyncAccount(0)
        await asyncio.gather(solution.transfer_async(cash, card, 20), card.deposit(5))
        return cash.balance, card.balance, await solution.total_async(cash, card)

    Called(main, "await main()", asyncio.run(main())).gives((10, 25, 35))
