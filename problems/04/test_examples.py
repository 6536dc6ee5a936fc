"""The examples of the statement."""

import sqlite3
from contextlib import closing

from grader.testkit import call, call_raising, expect


def shop(path):
    """Return a connect() for a new database with one empty table."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE stock (name TEXT, amount INTEGER)")
    return lambda: sqlite3.connect(path)


def test_a_block_that_ends_well(solution, tmp_path):
    connect = shop(tmp_path / "shop.sqlite")
    with call(solution.transaction, connect).value as connection:
        connection.execute("INSERT INTO stock VALUES ('tea', 3)")
    with call(solution.Transaction, connect).value as connection:
        rows = connection.execute("SELECT * FROM stock").fetchall()
    expect("the rows that a second block reads", rows, [("tea", 3)])


def test_a_block_that_fails(solution, tmp_path):
    connect = shop(tmp_path / "shop.sqlite")

    def sell():
        with solution.Transaction(connect) as connection:
            connection.execute("INSERT INTO stock VALUES ('jam', 1)")
            raise KeyError("no such customer")

    call_raising(KeyError, sell)
    with call(solution.transaction, connect).value as connection:
        rows = connection.execute("SELECT * FROM stock").fetchall()
    expect("the rows after a block that failed", rows, [])
    error = call_raising(sqlite3.ProgrammingError, connection.execute, "SELECT 1")
    expect("what a connection says after its block", "closed" in str(error), True)
