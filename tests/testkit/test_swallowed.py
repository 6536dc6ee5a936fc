"""Errors that reach no test are told to who listens."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from grader.testkit import asgi, wsgi
from grader.testkit.clock import run, virtual_time
from grader.testkit.swallowed import is_deliberate, listening, told

EMPTY: dict[str, str] = {}


@dataclass
class Failed:
    error: BaseException


def test_an_error_that_any_logger_logs_is_told_of() -> None:
    heard: list[BaseException] = []
    error = ValueError("no")
    logger = logging.Logger("of nobody")  # noqa: LOG001  # no handler of the root hears it
    before = logging.getLogRecordFactory()

    with listening(heard.append):
        logger.error("it failed", exc_info=error)
        logger.error("without any")
        logger.error("there is none", exc_info=True)  # noqa: LOG014  # solutions do
    logger.error("too late", exc_info=KeyError())

    assert heard == [error]
    assert logging.getLogRecordFactory() is before


def test_errors_are_found_in_containers_and_dataclasses() -> None:
    heard: list[BaseException] = []
    errors = [ValueError(), KeyError(), TypeError()]

    with listening(heard.append):
        given = [1, Failed(errors[0]), {"a": (errors[1],)}, errors[2]]
        assert told(given) is given

    assert heard == errors


def test_what_a_coroutine_returned_is_looked_at() -> None:
    heard: list[BaseException] = []

    async def main() -> Failed:
        return Failed(ValueError("no"))

    with listening(heard.append), virtual_time() as clock:
        result = run(main(), clock)

    assert heard == [result.error]


async def test_an_error_that_an_asgi_client_turns_into_500_is_told_of() -> None:
    heard: list[BaseException] = []
    error = ValueError("no")

    async def app(*_: Any) -> None:
        raise error

    with listening(heard.append):
        async with asgi.client(app) as client:
            response = await client.get("/")

    assert (response.status_code, heard) == (500, [error])


async def test_an_error_after_the_response_is_told_of() -> None:
    heard: list[BaseException] = []
    error = ValueError("no")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        raise error

    with listening(heard.append):
        async with asgi.open_request(app, "GET", "/") as exchange:
            await exchange.next_chunk()

    assert heard == [error]


def failing_app(*, has_handler: bool) -> Flask:
    app = Flask("shop")
    app.logger.disabled = False
    app.add_url_rule("/mistake", "mistake", lambda: EMPTY["code"])

    def refuse() -> str:
        raise ValueError("not for you")

    app.add_url_rule("/refuse", "refuse", refuse)
    if has_handler:
        app.register_error_handler(Exception, lambda error: ("sorry", 500))
    return app


@pytest.mark.parametrize("has_handler", [True, False])
def test_a_mistake_in_a_flask_app_is_told_of(has_handler: bool) -> None:
    heard: list[BaseException] = []
    client = wsgi.client(failing_app(has_handler=has_handler))

    with listening(heard.append):
        response = client.get("/mistake")

    assert response.status_code == 500
    assert {type(error) for error in heard} == {KeyError}


def test_an_error_that_a_flask_app_raised_and_handled_is_no_mistake() -> None:
    heard: list[BaseException] = []
    app = failing_app(has_handler=True)

    with listening(heard.append):
        # Twice: a client of the same app does not tell of an error twice.
        wsgi.client(app).get("/refuse")
        wsgi.client(app).get("/refuse")

    assert heard == []


def test_a_raise_is_deliberate_and_what_python_raises_is_not() -> None:
    async def not_awaitable() -> None:
        await 1  # type: ignore[misc]

    found = {}
    ways: dict[str, Callable[[], object]] = {
        "raise": failing_app(has_handler=False).view_functions["refuse"],
        "library": lambda: json.loads("x"),
        "operator": lambda: EMPTY["a"],
        "call": lambda: int("a"),
        "await": lambda: asyncio.run(not_awaitable()),
    }
    for name, fails in ways.items():
        with pytest.raises((ValueError, KeyError, TypeError)) as caught:
            fails()
        found[name] = is_deliberate(caught.value)

    assert found == {
        "raise": True,
        "library": True,
        "operator": False,
        "call": False,
        "await": False,
    }
    assert is_deliberate(ValueError("never raised"))
