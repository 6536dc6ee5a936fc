"""Every class and status has a handler of its own; functools.singledispatch decides what is told."""

import json
import logging
from functools import partial, singledispatch
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app
from werkzeug.exceptions import HTTPException, default_exceptions

from grader.given import errors
from grader.given.errors import APIError, BadRequestError


@singledispatch
def plain(value: Any) -> Any:
    return str(value)


@plain.register(str)
@plain.register(int)
@plain.register(float)
@plain.register(type(None))
def _(value: Any) -> Any:
    return value


@plain.register(list)
@plain.register(tuple)
def _(value: Any) -> Any:
    return [plain(item) for item in value]


@plain.register
def _(value: dict) -> Any:  # type: ignore[type-arg]
    return {str(key): plain(item) for key, item in value.items()}


@singledispatch
def handle(error: Exception, logger: logging.Logger) -> Any:
    logger.exception("Unexpected error")
    return handle_api_error(APIError(), logging.Logger("nobody listens"))


@handle.register(ZeroDivisionError)
def handle_division(error: ZeroDivisionError, logger: logging.Logger) -> Any:
    logger.warning("Division by zero")
    return handle_api_error(BadRequestError(), logger)


@handle.register(APIError)
def handle_api_error(error: APIError, logger: logging.Logger) -> Any:
    if error.status_code >= 500:
        logger.exception("API error")
    text = json.dumps({"error": plain(error.to_dict())})
    return current_app.response_class(text, error.status_code, mimetype="application/json")


@handle.register(HTTPException)
def handle_http(error: HTTPException, logger: logging.Logger) -> Any:
    original = getattr(error, "original_exception", None)
    if original is not None:
        return handle(original, logger)
    response = error.get_response()
    if error.response is None:
        found = {"code": CODES[response.status_code], "message": "Refused.", "details": None}
        response.set_data(json.dumps({"error": found}))
        response.mimetype = "application/json"
    return response


CODES = {status.value: status.phrase.lower().replace(" ", "_") for status in HTTPStatus} | {
    kind.status_code: kind.code for kind in (getattr(errors, name) for name in errors.__all__)
}


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    handler = partial(handle, logger=logger or app.logger)
    for status in default_exceptions:
        app.register_error_handler(status, handler)
    for name in errors.__all__:
        app.register_error_handler(getattr(errors, name), handler)
    for kind in (ZeroDivisionError, HTTPException, Exception):
        app.register_error_handler(kind, handler)
