"""Variant of drops_headers."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, json, make_response
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


def code_for(status: int) -> str:
    match status:
        case 400:
            return BadRequestError.code
        case 401:
            return AuthenticationError.code
        case 403:
            return PermissionDenied.code
        case 404:
            return NotFoundError.code
        case 409:
            return ConflictError.code
        case 422:
            return ValidationError.code
        case 429:
            return RateLimitError.code
        case 500:
            return APIError.code
        case _:
            return "_".join(HTTPStatus(status).phrase.lower().split())


def jsonable(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case dict():
            return {str(key): jsonable(item) for key, item in value.items()}
        case list() | tuple():
            return [jsonable(item) for item in value]
        case _:
            return str(value)


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    def handle(error: Exception) -> Any:
        log = logger or logging.getLogger("errors")
        error = getattr(error, "original_exception", None) or error
        if isinstance(error, HTTPException):
            if error.response is not None:
                return error
            response: Any = make_response("", error.code)
            payload = {
                "code": code_for(error.code),
                "message": HTTPStatus(error.code).description or error.name,
                "details": None,
            }
        else:
            if isinstance(error, ZeroDivisionError):
                log.warning("division by zero", exc_info=True)
                error = BadRequestError()
            elif not isinstance(error, APIError):
                log.exception("unexpected error")
                error = APIError()
            elif error.status_code >= 500:
                log.exception("internal error")
            else:
                log.info("refused: %s", error.code)
            response = make_response("", error.status_code)
            payload = error.to_dict()
        response.data = json.dumps(
            {"error": jsonable(payload)}, ensure_ascii=False, sort_keys=False
        )
        response.content_type = "application/json; charset=utf-8"
        return response

    app.errorhandler(Exception)(handle)
