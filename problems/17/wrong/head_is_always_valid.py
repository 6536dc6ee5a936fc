"""Thinks a HEAD request has nothing that could be refused."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, WebSocket
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.given.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDenied,
    RateLimitError,
    ValidationError,
)

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_CODES = {
    kind.status_code: kind.code
    for kind in (
        APIError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        NotFoundError,
        PermissionDenied,
        RateLimitError,
        ValidationError,
    )
}


def current_request_id() -> str | None:
    """Return the id of the request that is being served here; None outside of one."""
    return _request_id.get()


def install_error_handling(app: FastAPI, *, logger: logging.Logger | None = None) -> None:
    """Let every error of ``app`` answer in the envelope; call it after adding other middleware."""
    # At the end of the list, inside of the others, so that they see the answers to errors too.
    app.user_middleware.append(Middleware(ErrorMiddleware, logger=logger))
    # FastAPI answers these two before they could reach a middleware.
    for kind in (HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _pass_on)


class ErrorMiddleware:
    """ASGI middleware that answers what its application raises."""

    def __init__(self, app: ASGIApp, *, logger: logging.Logger | None = None) -> None:
        """Wrap ``app``; without a logger, use one that reaches the root."""
        self._app = app
        self._logger = logger or logging.getLogger(__name__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; what is no HTTP request passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = Headers(scope=scope).get("x-request-id") or uuid.uuid4().hex
        has_started = False

        async def send_with_id(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                own = (b"x-request-id", request_id.encode("latin-1"))
                message = {**message, "headers": [*message.get("headers", ()), own]}
            await send(message)

        token = _request_id.set(request_id)
        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            self._logger.debug("The client has gone.")
        except Exception as error:
            self._log(error)
            if has_started:
                raise
            await _answer(error, scope["method"])(scope, receive, send_with_id)
        finally:
            _request_id.reset(token)

    def _log(self, error: Exception) -> None:
        if isinstance(error, ZeroDivisionError):
            self._logger.warning("A division by zero.", exc_info=error)
        elif _public(error).status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._logger.error("A request has failed.", exc_info=error)


async def _pass_on(connection: Request | WebSocket, error: Exception) -> Response:
    if isinstance(connection, WebSocket) and isinstance(error, HTTPException):
        return await http_exception_handler(connection, error)  # type: ignore[arg-type]
    raise error


def _public(error: Exception) -> APIError | HTTPException:
    """Return the error that a client may see instead of ``error``."""
    if isinstance(error, APIError | HTTPException):
        return error
    if isinstance(error, RequestValidationError):
        fields = [{"path": [*e["loc"]], "message": e["msg"]} for e in error.errors()]
        return ValidationError(details={"fields": fields})
    return BadRequestError() if isinstance(error, ZeroDivisionError) else APIError()


def _answer(error: Exception, method: str) -> Response:
    public = _public(error)
    status, headers = public.status_code, None
    if isinstance(public, HTTPException):
        headers = public.headers
        if status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            return Response(status_code=status, headers=headers)
        content = _envelope(public)
    else:
        content = public.to_dict()
    if method == "HEAD" and not isinstance(error, RequestValidationError):
        return Response(status_code=status, headers=headers, media_type="application/json")
    return JSONResponse({"error": _plain(content)}, status, headers)


def _envelope(error: HTTPException) -> dict[str, Any]:
    phrase = HTTPStatus(error.status_code).phrase
    code = _CODES.get(error.status_code) or phrase.lower().replace(" ", "_")
    return {"code": code, "message": str(error.detail or phrase), "details": None}


def _plain(value: Any) -> Any:
    """Return ``value`` with texts for everything in it that is no JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
