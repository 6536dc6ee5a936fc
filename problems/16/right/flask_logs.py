"""Unexpected errors go their usual way: Flask logs them, through a replaced log_exception."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, json
from werkzeug.exceptions import HTTPException, InternalServerError

from grader.given import errors
from grader.given.errors import APIError, BadRequestError

GIVEN = {getattr(errors, name) for name in errors.__all__}


def plain(value: Any) -> Any:
    if type(value) in (str, int, float, bool, type(None)):
        return value
    if isinstance(value, dict):
        result = {}
        for key, item in value.items():
            result[str(key)] = plain(item)
        return result
    if isinstance(value, (tuple, list)):
        return tuple(plain(item) for item in value)
    return str(value)


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    def reply(status: int, error: dict[str, Any]) -> Any:
        return app.response_class(
            json.dumps({"error": plain(error)}), status, mimetype="application/json"
        )

    def log_exception(exc_info: Any) -> None:
        (logger or app.logger).error("a request failed", exc_info=exc_info)

    def internal(error: InternalServerError) -> Any:
        original = error.original_exception
        if isinstance(original, APIError):
            return reply(original.status_code, original.to_dict())
        if isinstance(original, ZeroDivisionError):
            return reply(400, BadRequestError().to_dict())
        return reply(500, APIError().to_dict())

    def http(error: HTTPException) -> Any:
        if error.response is not None:
            return error
        assert error.code is not None
        codes = [kind.code for kind in GIVEN if kind.status_code == error.code]
        codes.append(HTTPStatus(error.code).phrase.lower().replace(" ", "_"))
        response = reply(error.code, {"code": codes[0], "message": error.name, "details": None})
        headers = dict.fromkeys(name for name, _ in error.get_headers())
        for name in headers:
            if name.lower() not in ("content-type", "content-length"):
                values = [value for found, value in error.get_headers() if found == name]
                response.headers.setlist(name, values)
        return response

    def api(error: APIError) -> Any:
        if error.status_code >= 500:
            log_exception((type(error), error, error.__traceback__))
        return reply(error.status_code, error.to_dict())

    def division(error: ZeroDivisionError) -> Any:
        (logger or app.logger).warning("%s", error)
        return reply(400, BadRequestError().to_dict())

    app.log_exception = log_exception  # type: ignore[method-assign]
    for kind, handler in [
        (HTTPException, http),
        (InternalServerError, internal),
        (ZeroDivisionError, division),
        (APIError, api),
    ]:
        app.register_error_handler(kind, handler)
