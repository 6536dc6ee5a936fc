"""What is given to learners keeps its promises."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.given import errors, live_data

ROOT = Path(__file__).parents[1]
NAMES = [name for name in errors.__all__ if name != "APIError"]

# Problem 02 asks for more than is given.
SOLUTION = """
from contextlib import contextmanager

from grader.given.errors import *


def translate(exc, mapping):
    if isinstance(exc, APIError):
        return exc
    kinds = (mapping[kind] for kind in type(exc).__mro__ if kind in mapping)
    return next(kinds, APIError)()


@contextmanager
def error_boundary(mapping):
    try:
        yield
    except APIError:
        raise
    except Exception as error:
        raise translate(error, mapping) from error
"""


def test_the_given_hierarchy_is_that_of_problem_02(tmp_path: Path) -> None:
    solution = tmp_path / "p02_exception_hierarchy.py"
    solution.write_text(SOLUTION)

    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "problems/02", "--solutions", str(solution)),
            *("-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", errors.__all__)
def test_the_docstring_draws_every_error(name: str) -> None:
    kind = getattr(errors, name)

    assert re.search(rf"\b{name} +{kind.status_code}  {kind.code}\n", f"{errors.__doc__}\n")


@pytest.mark.parametrize("name", NAMES)
def test_an_error_names_its_own_status_code_and_message(name: str) -> None:
    own = vars(getattr(errors, name))

    assert {"status_code", "code", "default_message"} <= own.keys()


@pytest.mark.parametrize("records", [live_data.USERS, live_data.ORDERS])
def test_the_constants_cannot_be_changed(records: Any) -> None:
    with pytest.raises(TypeError):
        records[0]["id"] = 7
    with pytest.raises(TypeError):
        records[0] = {}
    assert all(isinstance(value, int | str | None) for row in records for value in row.values())


@pytest.mark.parametrize("fresh", [live_data.users, live_data.orders])
def test_a_change_of_what_was_returned_does_not_last(
    fresh: Callable[[], list[dict[str, Any]]],
) -> None:
    before = fresh()

    changed = fresh()
    changed[0]["id"] = 7
    changed.clear()

    assert fresh() == before


def test_the_functions_return_the_constants() -> None:
    assert live_data.users() == list(live_data.USERS)
    assert live_data.orders() == list(live_data.ORDERS)


def test_ids_are_unique_and_orders_belong_to_users() -> None:
    user_ids = [user["id"] for user in live_data.USERS]
    order_ids = [order["id"] for order in live_data.ORDERS]

    assert len(set(user_ids)) == len(user_ids)
    assert len(set(order_ids)) == len(order_ids)
    assert {order["user_id"] for order in live_data.ORDERS} <= set(user_ids)


def test_the_odd_records_are_odd_as_the_docstring_says() -> None:
    users = {user["id"]: user for user in live_data.users()}
    orders = {order["id"]: order for order in live_data.orders()}

    assert users[2]["email"] is None
    assert "email" not in users[3]
    assert type(users[4]["name"]) is int
    assert orders[102]["amount"] is None
    assert "amount" not in orders[103]
    assert type(orders[104]["amount"]) is str
