"""One layer for the id, outside of everything; one for errors, inside; a context manager in each."""

import itertools
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from grader.given.errors import APIError, BadRequestError, ValidationError

_ids: ContextVar[str] = ContextVar("_ids")
_numbers = itertools.count(1)
_PREFIX = os.urandom(6).hex()


def current_request_id() -> str | None:
    return _ids.get(None)


@contextmanager
def _request(scope: dict[str, Any]) -> Iterator[str]:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            own = value.decode("latin-1")
            break
    else:
        own = f"{_PREFIX}-{next(_numbers)}"
    token: Token[str] = _ids.set(own)
    try:
        yield own
    finally:
        _ids.reset(token)


class RequestIds:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        with _request(scope) as own:

            async def tagged(message: Any) -> None:
                if message["type"] == "http.response.start":
                    headers = [h for h in message.get("headers", []) if h[0] != b"x-request-id"]
                    headers.append((b"x-request-id", own.encode("latin-1")))
                    message = dict(message, headers=headers)
                await send(message)

            await self.app(scope, receive, tagged)


class Errors:
    def __init__(self, app: Any, logger: logging.Logger | None) -> None:
        self.app = app
        self.logger = logger or logging.getLogger("kata.errors")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        state = {"started": False}

        async def watching(message: Any) -> None:
            state["started"] |= message["type"] == "http.response.start"
            await send(message)

        response: Response | None = None
        try:
            await self.app(scope, receive, watching)
        except ClientDisconnect:
            return
        except RequestValidationError as error:
            fields = [{"path": list(e["loc"]), "message": str(e["msg"])} for e in error.errors()]
            response = _json(ValidationError(details={"fields": fields}))
        except HTTPException as error:
            response = _http(error)
        except ZeroDivisionError as error:
            self.logger.warning("%r", error)
            response = _json(BadRequestError())
        except Exception as error:
            known = isinstance(error, APIError)
            if not known or error.status_code >= 500:
                self.logger.exception("Request %s", current_request_id())
            if state["started"]:
                raise
            response = _json(error if known else APIError())
        # Outside of the handlers: a failing send should not look like an error of the application.
        if response is not None:
            if scope["method"] == "HEAD":
                response.body = b""
            await response(scope, receive, send)


def _http(error: HTTPException) -> Response:
    if error.status_code in (204, 304):
        return Response(status_code=error.status_code, headers=error.headers)
    kinds = [APIError, BadRequestError, *APIError.__subclasses__()]
    own = {kind.status_code: kind for kind in kinds if kind.__module__ == APIError.__module__}
    phrase = HTTPStatus(error.status_code).phrase
    code = own[error.status_code].code if error.status_code in own else phrase.lower()
    message = error.detail if isinstance(error.detail, str) and error.detail else phrase
    content = {"code": code.replace(" ", "_"), "message": message, "details": None}
    return JSONResponse({"error": content}, error.status_code, error.headers)


def _json(error: APIError) -> Response:
    content = error.to_dict()
    content["details"] = _texts(content["details"])
    return JSONResponse({"error": content}, error.status_code)


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(zip(map(str, value), map(_texts, value.values()), strict=True))
    if isinstance(value, (list, tuple)):
        return [_texts(item) for item in value]
    return value if isinstance(value, (str, int, float, type(None))) else str(value)


class ErrorMiddleware:
    def __init__(self, app: Any, *, logger: logging.Logger | None = None) -> None:
        self._served = RequestIds(Errors(app, logger))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._served(scope, receive, send)


def install_error_handling(app: FastAPI, *, logger: logging.Logger | None = None) -> None:
    async def not_here(request: Any, error: Exception) -> Response:
        raise error

    app.add_exception_handler(HTTPException, not_here)
    app.add_exception_handler(RequestValidationError, not_here)
    app.user_middleware.insert(0, Middleware(RequestIds))
    app.user_middleware.append(Middleware(Errors, logger=logger))
