"""16 · Flask error handler, solved with one handler for each kind of error."""

import json
import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from grader.given import errors
from grader.given.errors import APIError, BadRequestError

_CLASSES: list[type[APIError]] = [getattr(errors, name) for name in errors.__all__]
_CODES = {kind.status_code: kind.code for kind in _CLASSES}


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    """Make every error of ``app`` answer with the JSON envelope, and log what deserves it."""
    log = app.logger if logger is None else logger

    def on_api_error(error: APIError) -> ResponseReturnValue:
        if error.status_code >= 500:
            log.error("%s", error.code, exc_info=error)
        return _answer(error.status_code, error.to_dict())

    def on_division(error: ZeroDivisionError) -> ResponseReturnValue:
        log.warning("Division by zero", exc_info=error)
        return _answer(BadRequestError.status_code, BadRequestError().to_dict())

    def on_http_exception(error: HTTPException) -> ResponseReturnValue:
        # Flask hides in a 500 what was raised outside of the views, as in an after_request.
        original = error.original_exception if isinstance(error, InternalServerError) else None
        if isinstance(original, Exception):
            return app.handle_user_exception(original)
        if error.response is not None:
            return error
        status = error.code or 500
        message = str(error.description or error.name)
        response = _answer(status, _of_status(status, message))
        for name, value in error.get_headers():
            if name.lower() != "content-type":
                response.headers.add(name, value)
        return response

    def on_anything_else(error: Exception) -> ResponseReturnValue:
        log.error("Unexpected error", exc_info=error)
        return _answer(APIError.status_code, APIError().to_dict())

    app.register_error_handler(APIError, on_api_error)
    app.register_error_handler(ZeroDivisionError, on_division)
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(Exception, on_anything_else)


def _answer(status: int, error: dict[str, Any]) -> Response:
    body = json.dumps({"error": _plain(error)})
    return Response(body, status, content_type="application/json")


def _of_status(status: int, message: str) -> dict[str, Any]:
    code = _CODES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "_")
    return {"code": code, "message": message, "details": None}


def _plain(value: Any) -> Any:
    """Return ``value`` with everything that JSON does not know replaced by its text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)
