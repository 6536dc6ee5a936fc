"""The Flask application: puts the service together with its routes, and maps errors."""

from http import HTTPStatus
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from grader.given.errors import (
    APIError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    ValidationError,
)
from grader.given.live_data import orders, users

from ..core.errors import Conflict, InvalidInput, NotFound
from ..core.models import MemoryRepository, Repository
from ..core.services import Service
from .routes import make_blueprint


def create_app(repository: Repository | None = None, *, token: str) -> Flask:
    """Return an application over a repository, by default one of its own with the live data."""
    if repository is None:
        repository = MemoryRepository(users(), orders())
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(make_blueprint(Service(repository), token))
    app.register_error_handler(Exception, _answer)
    return app


def _answer(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        code = status.phrase.lower().replace(" ", "_")
        return _envelope({"code": code, "message": status.phrase, "details": None}), status
    public = _public(error)
    return _envelope(public.to_dict()), public.status_code


def _envelope(error: dict[str, Any]) -> dict[str, Any]:
    return {"error": error}


def _public(error: Exception) -> APIError:
    """Return what a client may see in place of an error."""
    match error:
        case APIError():
            return error
        case InvalidInput():
            return ValidationError(details=error.details)
        case NotFound():
            return NotFoundError()
        case Conflict():
            return ConflictError()
        case ValueError():
            return BadRequestError()
    return APIError()
