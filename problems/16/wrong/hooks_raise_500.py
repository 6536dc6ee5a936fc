"""Thinks an InternalServerError of Flask never wraps an error of a view."""

import json
import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

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

KINDS = [
    APIError,
    BadRequestError,
    AuthenticationError,
    PermissionDenied,
    NotFoundError,
    ConflictError,
    ValidationError,
    RateLimitError,
]
CODES = {kind.status_code: kind.code for kind in KINDS}


def to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return str(value)


def answer(error: dict[str, Any], status: int) -> Response:
    body = json.dumps({"error": to_json(error)})
    return Response(body, status=status, mimetype="application/json")


def code_of(status: int) -> str:
    if status in CODES:
        return CODES[status]
    return HTTPStatus(status).phrase.lower().replace(" ", "_")


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    log = logger if logger is not None else app.logger

    @app.errorhandler(APIError)
    def handle_api_error(error: APIError) -> Response:
        if error.status_code >= 500:
            log.exception("API error %s", error.code)
        return answer(error.to_dict(), error.status_code)

    @app.errorhandler(ZeroDivisionError)
    def handle_division(error: ZeroDivisionError) -> Response:
        log.warning("division by zero")
        return answer(BadRequestError().to_dict(), 400)

    @app.errorhandler(HTTPException)
    def handle_http_exception(error: HTTPException) -> Any:
        if error.response is not None:
            return error
        status = error.code or 500
        message = str(error.description or error.name)
        found = {"code": code_of(status), "message": message, "details": None}
        response = answer(found, status)
        for name, value in error.get_headers():
            if name != "Content-Type":
                response.headers.add(name, value)
        return response

    @app.errorhandler(Exception)
    def handle_unexpected(error: Exception) -> Response:
        log.exception("unexpected error")
        return answer(APIError().to_dict(), 500)
