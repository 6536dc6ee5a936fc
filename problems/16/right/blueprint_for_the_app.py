"""A blueprint carries handlers for the whole app; jsonify serialises what was made plain before."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from grader.given import errors as given
from grader.given.errors import APIError, BadRequestError


class Reporter:
    def __init__(self, logger: logging.Logger) -> None:
        self.logger = logger

    def __call__(self, error: Exception) -> Any:
        for kind in type(error).__mro__:
            method = getattr(self, f"on_{kind.__name__}", None)
            if method is not None:
                return method(error)
        raise error

    def on_APIError(self, error: APIError) -> Response:  # noqa: N802
        if error.status_code >= 500:
            self.logger.error("failed", exc_info=True)
        response = jsonify(error=self.texts(error.to_dict()))
        response.status_code = error.status_code
        return response

    def on_ZeroDivisionError(self, error: ZeroDivisionError) -> Response:  # noqa: N802
        self.logger.warning("bad request")
        return self.on_APIError(BadRequestError())

    def on_HTTPException(self, error: HTTPException) -> Any:  # noqa: N802
        if error.response is not None:
            return error
        original = getattr(error, "original_exception", None)
        if original is not None:
            return self(original)
        status = HTTPStatus(error.code or 500)
        code = status.phrase.lower().replace(" ", "_")
        for name in given.__all__:
            kind = getattr(given, name)
            code = kind.code if kind.status_code == status else code
        response = error.get_response()
        body = jsonify(error={"code": code, "message": status.phrase, "details": None})
        response.set_data(body.get_data())
        response.headers["Content-Type"] = body.headers["Content-Type"]
        return response

    def on_Exception(self, error: Exception) -> Response:  # noqa: N802
        self.logger.error("failed", exc_info=error)
        response = jsonify(error=APIError().to_dict())
        response.status_code = 500
        return response

    def texts(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): self.texts(value[key]) for key in value}
        if isinstance(value, (list, tuple)):
            return [self.texts(item) for item in value]
        if isinstance(value, (str, bool, int, float)) or value is None:
            return value
        return str(value)


def register_error_handlers(app: Flask, *, logger: logging.Logger | None = None) -> None:
    blueprint = Blueprint("error_handlers", __name__)
    blueprint.app_errorhandler(Exception)(Reporter(logger or app.logger))
    app.register_blueprint(blueprint)
