"""Thinks every subclass of APIError belongs to the hierarchy."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, json
from werkzeug.exceptions import HTTPException

from grader.given.errors import APIError, BadRequestError

CODES = {APIError.status_code: APIError.code}
for kind in APIError.__subclasses__():
    CODES[kind.status_code] = kind.code


def clean(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): clean(item) for key, item in value.items()}
        case list() | tuple():
            return [clean(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def envelope(code: str, message: str, details: Any) -> str:
    error = {"code": code, "message": message, "details": clean(details)}
    return json.dumps({"error": error})


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    log = logger or app.logger

    def handle(error: Exception) -> Any:
        if getattr(error, "original_exception", None) is not None:
            error = error.original_exception
        headers = [("Content-Type", "application/json")]
        if isinstance(error, HTTPException):
            if error.response is not None:
                return error
            status = error.code
            code = CODES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "_")
            message = str(error.description or "An error occurred.")
            details = None
            headers += [pair for pair in error.get_headers() if pair[0] != "Content-Type"]
        else:
            if isinstance(error, ZeroDivisionError):
                log.warning("division by zero")
                error = BadRequestError()
            elif not isinstance(error, APIError):
                log.error("unexpected error", exc_info=error)
                error = APIError()
            elif error.status_code >= 500:
                log.error(error.code, exc_info=error)
            status, code = error.status_code, error.code
            message, details = error.message, error.details
        response = app.make_response((envelope(code, message, details), status))
        response.headers.remove("Content-Type")
        for name, value in headers:
            response.headers.add(name, value)
        return response

    app.register_error_handler(Exception, handle)
