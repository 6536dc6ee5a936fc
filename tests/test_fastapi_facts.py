"""What problems rely on in FastAPI, Starlette, httpx and json; an upgrade that changes it fails.

A failure is no fault of the grader. It tells which statements, tests, wrong and right solutions
to look at again: above all those of 08, 17, 18, 19 and 20.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Annotated, Any

import fastapi
import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from flask import Flask, jsonify
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.testkit.asgi import client, open_request


class DomainError(Exception):
    """An error of an application, which no framework knows."""


# FastAPI and Starlette: which handler sees which error


def ask(
    app: FastAPI, path: str, *, method: str = "GET", raises: bool = False, **options: Any
) -> httpx.Response:
    """Send one request; ``raises`` lets through what the app raises."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=raises)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as http:
            return await http.request(method, path, **options)

    return asyncio.run(send())


def endpoint_that_fails() -> None:
    raise DomainError("secret")


@pytest.fixture
def api() -> FastAPI:
    """Return a FastAPI app with an endpoint that fails."""
    app = FastAPI()
    app.add_api_route("/fails", endpoint_that_fails)
    return app


async def answer_500(_: Request, __: Exception) -> PlainTextResponse:
    return PlainTextResponse("handled", 500)


def test_fastapi_handler_for_exception_answers_and_raises_again(api: FastAPI) -> None:
    api.add_exception_handler(Exception, answer_500)

    assert ask(api, "/fails").text == "handled"
    with pytest.raises(DomainError):
        ask(api, "/fails", raises=True)


def test_fastapi_handler_for_a_class_of_ones_own_raises_nothing(api: FastAPI) -> None:
    api.add_exception_handler(DomainError, answer_500)

    assert ask(api, "/fails", raises=True).text == "handled"


@pytest.mark.parametrize(
    ("kind", "is_seen"), [(fastapi.HTTPException, False), (StarletteHTTPException, True)]
)
def test_fastapi_router_raises_starlettes_exception_not_fastapis(
    api: FastAPI, kind: type[Exception], *, is_seen: bool
) -> None:
    api.add_exception_handler(kind, answer_500)

    assert (ask(api, "/nowhere").status_code == 500) is is_seen
    assert issubclass(fastapi.HTTPException, StarletteHTTPException)


def test_fastapi_405_keeps_allow_and_head_is_not_get(api: FastAPI) -> None:
    answer = ask(api, "/fails", method="HEAD")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_fastapi_debug_shows_the_traceback_and_asks_no_handler(api: FastAPI) -> None:
    api.debug = True
    api.add_exception_handler(Exception, answer_500)

    answer = ask(api, "/fails")

    assert "secret" in answer.text


class Spy:
    """ASGI middleware that remembers what passes it by raising."""

    def __init__(self, app: ASGIApp, seen: list[Exception]) -> None:
        self.app, self.seen = app, seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            self.seen.append(error)
            raise


def test_fastapi_middleware_sees_what_no_handler_handles(api: FastAPI) -> None:
    @api.get("/typed", response_model=int)
    def typed() -> str:
        return "no number"

    seen: list[Exception] = []
    api.add_middleware(Spy, seen=seen)
    api.add_exception_handler(Exception, answer_500)

    for path in ("/fails", "/nowhere", "/typed"):
        ask(api, path)

    assert [type(error) for error in seen] == [DomainError, ResponseValidationError]


def test_fastapi_handler_that_raises_hands_the_error_to_the_middleware(api: FastAPI) -> None:
    async def pass_on(_: Request, error: Exception) -> PlainTextResponse:
        raise error

    seen: list[Exception] = []
    api.add_middleware(Spy, seen=seen)
    api.add_exception_handler(StarletteHTTPException, pass_on)

    ask(api, "/nowhere")

    assert [type(error) for error in seen] == [StarletteHTTPException]


def test_fastapi_middleware_added_last_stands_outermost(api: FastAPI) -> None:
    first: list[Exception] = []
    second: list[Exception] = []
    api.add_middleware(Spy, seen=first)
    api.add_middleware(Spy, seen=second)

    assert [entry.kwargs["seen"] is second for entry in api.user_middleware] == [True, False]


@pytest.mark.parametrize(("kind", "has_headers"), [(Exception, False), (DomainError, True)])
def test_fastapi_answers_to_unknown_errors_pass_by_cors(
    api: FastAPI, kind: type[Exception], *, has_headers: bool
) -> None:
    api.add_middleware(CORSMiddleware, allow_origins=["*"])
    api.add_exception_handler(kind, answer_500)

    answer = ask(api, "/fails", headers={"Origin": "x"})

    assert ("access-control-allow-origin" in answer.headers) is has_headers


# FastAPI and Starlette: what is validated, and how


@pytest.mark.parametrize(
    ("body", "content_type", "location"),
    [
        (b"{", "application/json", ["body", 1]),
        (b"{}", "text/plain", ["body"]),
    ],
)
def test_fastapi_answers_422_for_every_body_it_cannot_use(
    api: FastAPI, body: bytes, content_type: str, location: list[str | int]
) -> None:
    @api.post("/typed")
    def typed(payload: dict[str, int]) -> dict[str, int]:
        return payload

    headers = {"Content-Type": content_type}
    answer = ask(api, "/typed", method="POST", content=body, headers=headers)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == location


def test_fastapi_answers_422_for_a_header_that_is_missing(api: FastAPI) -> None:
    @api.get("/token")
    def token(x_token: Annotated[str, Header()]) -> str:
        return x_token

    assert ask(api, "/token").json()["detail"][0]["loc"] == ["header", "x-token"]


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"\xff", "text/plain"), (b"[NaN]", "application/json")]
)
def test_fastapi_validation_errors_hold_input_that_is_no_json(
    api: FastAPI, body: bytes, content_type: str
) -> None:
    seen: list[Any] = []

    @api.post("/typed")
    def typed(payload: list[int]) -> list[int]:
        return payload

    async def keep(_: Request, error: Exception) -> PlainTextResponse:
        assert isinstance(error, RequestValidationError)
        seen.extend(each["input"] for each in error.errors())
        return PlainTextResponse("")

    api.add_exception_handler(RequestValidationError, keep)

    ask(api, "/typed", method="POST", content=body, headers={"Content-Type": content_type})

    with pytest.raises((ValueError, UnicodeDecodeError)):
        JSONResponse(fastapi.encoders.jsonable_encoder(seen))


# FastAPI and Starlette: when things happen


def test_fastapi_dependency_sees_the_error_of_its_endpoint(api: FastAPI) -> None:
    seen: list[str] = []

    async def resource() -> AsyncIterator[None]:
        try:
            yield
        except DomainError:
            seen.append("error")
            raise
        finally:
            seen.append("closed")

    api.add_api_route("/careful", endpoint_that_fails, dependencies=[Depends(resource)])

    ask(api, "/careful")

    assert seen == ["error", "closed"]


def test_fastapi_background_tasks_run_after_the_answer_and_their_errors_come_out(
    api: FastAPI,
) -> None:
    @api.get("/later")
    def later(tasks: BackgroundTasks) -> str:
        tasks.add_task(endpoint_that_fails)
        return "sent"

    api.add_exception_handler(DomainError, answer_500)

    assert ask(api, "/later").text == '"sent"'
    with pytest.raises(RuntimeError, match="response already started"):
        ask(api, "/later", raises=True)


async def test_httpx_asgi_transport_answers_only_when_the_whole_body_is_there() -> None:
    sent: list[str] = []

    async def pieces() -> AsyncIterator[str]:
        for piece in ("first", "last"):
            sent.append(piece)
            yield piece

    app = FastAPI()
    app.add_api_route("/stream", lambda: StreamingResponse(pieces()))
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as http,
        http.stream("GET", "/stream") as answer,
    ):
        assert sent == ["first", "last"]
        assert [piece async for piece in answer.aiter_text()] == ["firstlast"]


def test_httpx_asgi_transport_raises_what_the_app_raises_unless_told_not_to(api: FastAPI) -> None:
    assert ask(api, "/fails").status_code == 500
    with pytest.raises(DomainError):
        ask(api, "/fails", raises=True)


async def test_starlette_body_of_a_client_that_has_gone_raises_client_disconnect() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        await Request({"type": "http", "method": "POST", "headers": []}, gone).body()
    assert issubclass(ClientDisconnect, Exception)


async def test_starlette_base_http_middleware_reads_ahead_of_the_server() -> None:
    made: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(3):
            made.append(number)
            yield b"x"

    async def pass_through(request: Request, call_next: Callable[[Request], Awaitable[Any]]) -> Any:
        return await call_next(request)

    app = FastAPI()
    app.add_api_route("/stream", lambda: StreamingResponse(pieces()))
    plain = await _made_at_the_first_piece(app, made)
    app.middleware_stack = None
    app.add_middleware(BaseHTTPMiddleware, dispatch=pass_through)

    assert await _made_at_the_first_piece(app, made) > plain


async def _made_at_the_first_piece(app: FastAPI, made: list[int]) -> int:
    made.clear()
    async with open_request(app, "GET", "/stream", lockstep=True) as exchange:
        await exchange.start()
        await exchange.next_chunk()
        return len(made)


def test_fastapi_endpoints_of_both_kinds_see_context_variables_of_the_outside() -> None:
    name: ContextVar[str] = ContextVar("name", default="nobody")
    app = FastAPI()

    @app.get("/async")
    async def asynchronous() -> str:
        return name.get()

    @app.get("/sync")
    def synchronous() -> str:
        return name.get()

    async def ask() -> list[str]:
        name.set("somebody")
        async with client(app) as http:
            return [(await http.get(path)).json() for path in ("/async", "/sync")]

    assert asyncio.run(ask()) == ["somebody", "somebody"]


def test_starlette_json_cannot_hold_half_a_surrogate_pair_and_flask_can() -> None:
    with pytest.raises(UnicodeEncodeError):
        JSONResponse("\ud83c")

    with Flask("shop").app_context():
        assert json.loads(jsonify("\ud83c").data) == "\ud83c"


def test_json_loads_of_bytes_guesses_encodings_and_reads_beyond_json() -> None:
    assert json.loads('"é"'.encode("utf-16")) == "é"
    assert json.loads("1e400") == float("inf")
    with pytest.raises(ValueError, match="4300"):
        json.loads("1" * 5000)
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000)
