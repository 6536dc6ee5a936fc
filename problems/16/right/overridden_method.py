"""handle_user_exception and handle_exception of the app are replaced; nothing is registered."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from grader.given import errors
from grader.given.errors import APIError, BadRequestError


class Encoder:
    """Turns details into text, one type at a time."""

    def plain(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(zip(map(str, value), map(self.plain, value.values()), strict=True))
        if isinstance(value, (list, tuple)):
            return list(map(self.plain, value))
        return value if value is None or isinstance(value, (str, int, float)) else str(value)


class Answers:
    def __init__(self, app: Flask, logger: logging.Logger | None) -> None:
        self.app = app
        self.logger = logger or logging.getLogger(app.name + ".errors")

    def on_user_exception(self, error: Exception) -> Any:
        if isinstance(error, HTTPException):
            return self.on_http_exception(error)
        if isinstance(error, APIError):
            if error.status_code // 100 == 5:
                self.logger.error("API error", exc_info=error)
            return self.respond(error.status_code, error.to_dict())
        if isinstance(error, ZeroDivisionError):
            self.logger.warning("a division by zero")
            error = BadRequestError()
            return self.respond(error.status_code, error.to_dict())
        self.logger.error("unexpected", exc_info=(type(error), error, error.__traceback__))
        return self.respond(500, APIError().to_dict())

    def on_exception(self, error: Exception) -> Response:
        return self.app.finalize_request(self.on_user_exception(error), from_error_handler=True)

    def on_http_exception(self, error: HTTPException) -> Any:
        if error.code is None or error.response is not None or isinstance(error, RequestRedirect):
            return error
        code = HTTPStatus(error.code).phrase.lower().replace(" ", "_")
        for kind in (getattr(errors, name) for name in errors.__all__):
            if kind.status_code == error.code:
                code = kind.code
        found = {"code": code, "message": f"{error.code} {error.name}", "details": None}
        response = self.respond(error.code, found)
        for name, value in error.get_headers():
            if name != "Content-Type":
                response.headers.add(name, value)
        return response

    def respond(self, status: int, error: dict[str, Any]) -> Response:
        body = json.dumps({"error": Encoder().plain(error)}).encode()
        return Response(body, status, [("Content-Type", "application/json")])


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    answers = Answers(app, logger)
    app.handle_user_exception = answers.on_user_exception  # type: ignore[method-assign]
    app.handle_exception = answers.on_exception  # type: ignore[method-assign]
