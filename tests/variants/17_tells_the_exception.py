"""Variant of leaks_the_message."""

import functools
import http
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from grader.given import errors

ASGI = Callable[..., Awaitable[None]]
current: ContextVar[str | None] = ContextVar("current", default=None)


class Reply:
    """A status, a code, a message, details and headers."""

    def __init__(self, source: Any, headers: dict[str, str] | None = None) -> None:
        self.status = source.status_code
        self.document = {"error": source.to_dict()}
        self.headers = headers or {}
        self.level = logging.ERROR if self.status >= 500 else logging.INFO


@functools.singledispatch
def reply_to(error: Exception) -> Reply:
    return Reply(errors.APIError(str(error)))


@reply_to.register
def _(error: errors.APIError) -> Reply:
    return Reply(error)


@reply_to.register
def _(error: ZeroDivisionError) -> Reply:
    reply = Reply(errors.BadRequestError())
    reply.level = logging.WARNING
    return reply


@reply_to.register
def _(error: RequestValidationError) -> Reply:
    fields = [{"path": entry["loc"], "message": entry["msg"]} for entry in error.errors()]
    return Reply(errors.ValidationError(details={"fields": fields}))


@reply_to.register
def _(error: HTTPException) -> Reply:
    known = {kind.status_code: kind.code for kind in map(errors.__dict__.get, errors.__all__)}
    status = http.HTTPStatus(error.status_code)
    public = errors.APIError(status.phrase)
    public.status_code = error.status_code
    public.code = known.get(status) or "_".join(status.phrase.lower().split())
    reply = Reply(public, error.headers)
    reply.level = logging.INFO
    return reply


class Encoder(json.JSONEncoder):
    def encode(self, value: Any) -> str:
        return super().encode(self.with_texts(value))

    def with_texts(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): self.with_texts(item) for key, item in value.items()}
        return [*map(self.with_texts, value)] if isinstance(value, list | tuple) else value

    def default(self, value: Any) -> str:
        return str(value)


def ErrorMiddleware(app: ASGI, *, logger: logging.Logger | None = None) -> ASGI:
    log = logger or logging.getLogger("errors of requests")

    async def served(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        own_id = dict(scope["headers"]).get(b"x-request-id") or secrets.token_hex(8).encode()
        begun = []

        async def tagged(message: Any) -> None:
            if message["type"] == "http.response.start":
                begun.append(message["status"])
                headers = [*message.get("headers", []), (b"x-request-id", own_id)]
                return await send(message | {"headers": headers})
            return await send(message)

        before = current.get()
        current.set(own_id.decode("latin-1"))
        try:
            return await app(scope, receive, tagged)
        except Exception as error:
            if isinstance(error, ClientDisconnect):
                return None
            reply = reply_to(error)
            log.log(reply.level, "%s %s", scope["method"], scope["path"], exc_info=error)
            if begun:
                raise
            return await answer(reply, scope, tagged)
        finally:
            current.set(before)

    return served


async def answer(reply: Reply, scope: Any, send: Any) -> None:
    body = Encoder(ensure_ascii=False).encode(reply.document).encode()
    headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
    if reply.status in (204, 304):
        body = b""
    else:
        headers += [(b"content-type", b"application/json")]
        headers += [(b"content-length", str(len(body)).encode())]
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def install_error_handling(app: FastAPI, *, logger: logging.Logger | None = None) -> None:
    @app.exception_handler(HTTPException)
    @app.exception_handler(RequestValidationError)
    def again(request: Any, error: Exception) -> None:
        raise error

    build = app.build_middleware_stack

    def build_with_errors() -> ASGI:
        class Inner:
            def __new__(cls, app: ASGI) -> Any:
                return ErrorMiddleware(app, logger=logger)

        app.user_middleware.append(_entry(Inner))
        return build()

    app.build_middleware_stack = build_with_errors


def _entry(kind: Any) -> Any:
    from starlette.middleware import Middleware

    return Middleware(kind)


def current_request_id() -> str | None:
    return current.get()
