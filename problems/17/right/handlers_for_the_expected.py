"""FastAPI's handlers answer the expected errors; the middleware is for the rest and for the id."""

import json
import logging
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException as BaseHTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.given import errors
from grader.given.errors import APIError, BadRequestError, ValidationError

assert issubclass(HTTPException, BaseHTTPException)

REQUEST_ID: ContextVar[list[str]] = ContextVar("REQUEST_ID")


def install_error_handling(app: FastAPI, *, logger: logging.Logger | None = None) -> None:
    log = logging.getLogger("p17.errors") if logger is None else logger

    async def api_error(request: Request, error: APIError) -> Response:
        if error.status_code >= 500:
            log.error("failed", exc_info=error)
        return document(request.scope, error)

    async def division(request: Request, error: ZeroDivisionError) -> Response:
        log.warning("division by zero at %s", request.url.path)
        return document(request.scope, BadRequestError())

    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fields = [
            {"path": list(entry["loc"]), "message": entry["msg"], "type": entry["type"]}
            for entry in error.errors()
        ]
        return document(request.scope, ValidationError(details={"fields": fields}))

    async def http(request: Request, error: BaseHTTPException) -> Response:
        if error.status_code in (204, 304):
            return Response(None, error.status_code, error.headers)
        known = [getattr(errors, name) for name in errors.__all__]
        phrase = HTTPStatus(error.status_code).phrase
        codes = {kind.status_code: kind.code for kind in known}
        answer = APIError(phrase)
        answer.status_code = error.status_code
        answer.code = codes.get(error.status_code, phrase.lower().replace(" ", "_"))
        return document(request.scope, answer, error.headers)

    app.exception_handlers |= {
        APIError: api_error,
        ZeroDivisionError: division,
        RequestValidationError: invalid,
        BaseHTTPException: http,
    }
    app.user_middleware.append(Middleware(ErrorMiddleware, logger=log))


def current_request_id() -> str | None:
    held = REQUEST_ID.get([])
    return held[0] if held else None


class ErrorMiddleware:
    def __init__(self, app: ASGIApp, *, logger: logging.Logger | None = None) -> None:
        self.app = app
        self.log = logging.getLogger("p17.errors") if logger is None else logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await Exchange(self, scope, receive, send).serve()
        else:
            await self.app(scope, receive, send)


class Exchange:
    """One request: what the middleware must remember of it."""

    def __init__(self, owner: ErrorMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
        self.owner, self.scope, self.receive, self._send = owner, scope, receive, send
        sent = [value for name, value in scope["headers"] if name == b"x-request-id"]
        self.id = sent[0].decode("latin-1") if sent else str(uuid4())
        self.head: Message | None = None

    async def serve(self) -> None:
        token = REQUEST_ID.set([self.id])
        try:
            await self.owner.app(self.scope, self.receive, self.send)
        except ClientDisconnect:
            return
        except Exception as error:
            self.owner.log.error("failed: %s", self.id, exc_info=True)
            if self.head is not None:
                raise error
            await document(self.scope, APIError())(self.scope, self.receive, self.send)
        finally:
            REQUEST_ID.reset(token)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.head = message
            message.setdefault("headers", [])
            MutableHeaders(scope=message)["x-request-id"] = self.id
        await self._send(message)


def document(scope: Scope, error: APIError, headers: Any = None) -> Response:
    text = json.dumps({"error": clean(error.to_dict())}, ensure_ascii=False)
    body = b"" if scope["method"] == "HEAD" else text.encode()
    return Response(body, error.status_code, headers, media_type="application/json")


def clean(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): clean(item) for key, item in value.items()}
        case list() | tuple():
            return list(map(clean, value))
        case None | bool() | int() | float() | str():
            return value
    return str(value)
