"""Thinks only what views raise has to be JSON."""

import json
import logging
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from grader.given.errors import APIError, BadRequestError


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

    @app.errorhandler(Exception)
    def handle_unexpected(error: Exception) -> Any:
        if isinstance(error, HTTPException):
            return error
        log.exception("unexpected error")
        return answer(APIError().to_dict(), 500)
