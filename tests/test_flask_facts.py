"""What problems rely on in Flask; an upgrade that changes it fails.

A failure is no fault of the grader. It tells which statements, tests, wrong and right solutions
to look at again: above all those of 06, 16, 18 and 20.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, Response, abort, g, jsonify, request
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound


class DomainError(Exception):
    """An error of an application, which no framework knows."""


@pytest.fixture
def shop() -> Flask:
    """Return a Flask app with a view that fails, and one that exists for GET only."""
    app = Flask("shop")
    app.add_url_rule("/fails", "fails", raising(DomainError("secret")))
    app.add_url_rule("/slash/", "slash", lambda: "here")
    return app


def kept(app: Flask, kind: type[Exception] | int) -> list[Any]:
    """Handle the errors of ``kind``; return the list that they will be in."""

    def keep(error: Exception) -> tuple[str, int]:
        seen.append(error)
        return "", 500

    seen: list[Any] = []
    app.register_error_handler(kind, keep)
    return seen


def raising(error: BaseException) -> Callable[[], str]:
    def view() -> str:
        raise error

    return view


# Flask: which handler sees which error


@pytest.mark.parametrize("path", ["/nowhere", "/fails"])
def test_flask_handler_for_exception_sees_http_exceptions_too(shop: Flask, path: str) -> None:
    shop.register_error_handler(Exception, lambda error: (type(error).__name__, 418))

    name = {"/nowhere": "NotFound", "/fails": "DomainError"}[path]
    assert shop.test_client().get(path).text == name


def test_flask_handler_of_the_nearest_base_class_wins(shop: Flask) -> None:
    shop.register_error_handler(Exception, lambda _: ("any", 500))
    shop.register_error_handler(HTTPException, lambda _: ("http", 500))
    shop.register_error_handler(NotFound, lambda _: ("not found", 404))

    answer = shop.test_client()
    assert [answer.get("/nowhere").text, answer.post("/fails").text, answer.get("/fails").text] == [
        "not found",
        "http",
        "any",
    ]


def test_flask_handler_for_500_sees_what_nobody_handled_and_its_origin(shop: Flask) -> None:
    seen = kept(shop, 500)

    shop.test_client().get("/fails")

    assert isinstance(seen[0], InternalServerError)
    assert isinstance(seen[0].original_exception, DomainError)


def test_flask_errors_after_the_view_come_to_handlers_inside_of_a_500(shop: Flask) -> None:
    def fail_once(response: Response) -> Response:
        if not seen:
            raise DomainError("after")
        return response

    seen = kept(shop, Exception)
    shop.after_request(fail_once)

    shop.test_client().get("/slash/")

    assert isinstance(seen[0], InternalServerError)
    assert isinstance(seen[0].original_exception, DomainError)


def test_flask_redirects_and_ready_responses_reach_no_handler(shop: Flask) -> None:
    shop.add_url_rule("/ready", "ready", lambda: abort(Response("ready", 409)))
    shop.register_error_handler(Exception, lambda _: ("handled", 500))

    answer = shop.test_client()
    assert (answer.get("/slash").status_code, answer.get("/ready").text) == (308, "ready")


def test_flask_http_exception_with_a_response_and_a_code_reaches_handlers(shop: Flask) -> None:
    seen = kept(shop, HTTPException)
    ready = Response("ready", 404)
    shop.add_url_rule("/ready", "ready", raising(NotFound(response=ready)))

    shop.test_client().get("/ready")

    assert seen[0].get_response() is ready


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_flask_lets_exits_pass_and_registers_no_handler_for_them(
    shop: Flask, kind: type[BaseException]
) -> None:
    shop.add_url_rule("/leave", "leave", raising(kind()))

    with pytest.raises(ValueError, match="Exception"):
        shop.register_error_handler(kind, lambda _: "")  # type: ignore[arg-type]
    with pytest.raises(kind):
        shop.test_client().get("/leave")


# Flask: what is logged, what is raised again, what is in an answer


@pytest.mark.parametrize(("handled", "records"), [(Exception, 0), (500, 1)])
def test_flask_logs_what_only_a_handler_for_500_answers(
    shop: Flask, caplog: pytest.LogCaptureFixture, handled: type[Exception] | int, records: int
) -> None:
    shop.register_error_handler(handled, lambda _: ("", 500))

    shop.test_client().get("/fails")

    assert [record.levelno for record in caplog.records] == [logging.ERROR] * records


@pytest.mark.parametrize(("testing", "is_raised"), [(True, True), (False, False)])
def test_flask_in_testing_mode_raises_what_a_handler_for_500_would_answer(
    shop: Flask, *, testing: bool, is_raised: bool
) -> None:
    shop.testing = testing
    shop.register_error_handler(500, lambda _: ("", 500))

    if is_raised:
        with pytest.raises(DomainError):
            shop.test_client().get("/fails")
    else:
        assert shop.test_client().get("/fails").status_code == 500


def test_flask_in_debug_mode_raises_unless_told_not_to(shop: Flask) -> None:
    shop.debug = True
    shop.register_error_handler(500, lambda _: ("", 500))
    with pytest.raises(DomainError):
        shop.test_client().get("/fails")

    shop.config["PROPAGATE_EXCEPTIONS"] = False

    assert shop.test_client().get("/fails").status_code == 500


def test_flask_405_says_what_is_allowed_and_that_it_is_html(shop: Flask) -> None:
    seen = kept(shop, 405)

    shop.test_client().post("/fails")

    headers = dict(seen[0].get_headers())
    assert set(headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert headers["Content-Type"].startswith("text/html")


def test_flask_http_exception_without_description_has_none() -> None:
    class Teapot(HTTPException):
        code = 418

    assert Teapot().description is None


def test_flask_json_sorts_keys_and_writes_dates_as_http_does(shop: Flask) -> None:
    with shop.app_context():
        when = datetime(2026, 1, 2, tzinfo=UTC)
        assert jsonify({"b": 1, "a": when}).json == {"a": "Fri, 02 Jan 2026 00:00:00 GMT", "b": 1}
        with pytest.raises(TypeError):
            jsonify({1: "a", "b": 2})


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"{", "application/json", 400),
        (b"{}", "application/vnd.shop+json", 200),
        (b"NaN", "application/json", 200),
    ],
)
def test_flask_get_json_decides_by_content_type_and_answers_html(
    shop: Flask, body: bytes, content_type: str, status: int
) -> None:
    shop.add_url_rule("/json", "json", lambda: str(request.get_json()), methods=["POST"])

    answer = shop.test_client().post("/json", data=body, content_type=content_type)

    assert (answer.status_code, answer.mimetype) == (status, "text/html")


def test_flask_teardown_sees_no_error_that_was_handled(shop: Flask) -> None:
    seen: list[BaseException | None] = []
    shop.teardown_request(seen.append)
    shop.register_error_handler(DomainError, lambda _: "handled")

    shop.test_client().get("/fails")

    assert seen == [None]


def test_flask_runs_async_views_and_g_is_new_for_each_request(shop: Flask) -> None:
    @shop.get("/async")
    async def view() -> str:
        await asyncio.sleep(0)
        was_there, g.seen = "seen" in g, True
        return str(was_there)

    answer = shop.test_client()
    assert [answer.get("/async").text, answer.get("/async").text] == ["False", "False"]
