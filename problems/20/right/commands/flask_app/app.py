"""The Flask application, of views that are classes, with a handler for each error."""

import hmac
import json

from flask import Flask, jsonify, request
from flask.views import MethodView
from werkzeug.exceptions import HTTPException

from grader.given.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    ValidationError,
)
from grader.given.live_data import orders, users

from ..core import errors, models, services


def create_app(repository=None, *, token):
    """Return an application over a repository."""
    if repository is None:
        repository = models.MemoryRepository(users(), orders())
    service = services.Service(repository)
    app = Flask("kata")
    guarded = [_guard(token)]
    for path, name, read, write in (
        (
            "/users",
            "users",
            lambda: service.list_users(request.args.to_dict()),
            service.create_user,
        ),
        ("/orders", "orders", lambda: service.list_orders(request.args), service.create_order),
        ("/users/<int:user_id>", "user", service.get_user, None),
        ("/orders/summary", "summary", service.summary, None),
    ):
        view = _view(name, read, write)
        view.decorators = guarded
        app.add_url_rule(path, view_func=view.as_view(name))
    _handle_errors(app)
    return app


def _guard(token):
    def decorate(view):
        def guarded(**arguments):
            given = request.headers.get("Authorization", "").encode()
            if not hmac.compare_digest(given, f"Bearer {token}".encode()):
                raise AuthenticationError
            return view(**arguments)

        return guarded

    return decorate


def _view(name, read, write):
    def get(self, **arguments):
        return jsonify(read(**arguments))

    def post(self):
        try:
            payload = json.loads(request.get_data().decode())
        except ValueError:
            raise BadRequestError from None
        return jsonify(write(payload)), 201

    body = {"get": get} if write is None else {"get": get, "post": post}
    return type(name, (MethodView,), body)


def _handle_errors(app):
    @app.errorhandler(APIError)
    def api(error):
        return {"error": error.to_dict()}, error.status_code

    @app.errorhandler(errors.InvalidInput)
    def invalid(error):
        return api(ValidationError(details=error.details))

    @app.errorhandler(errors.NotFound)
    def missing(error):
        return api(NotFoundError())

    @app.errorhandler(errors.Conflict)
    def taken(error):
        return api(ConflictError())

    @app.errorhandler(HTTPException)
    def http(error):
        if error.code == 404:
            return api(NotFoundError("Not Found"))
        code = "method_not_allowed" if error.code == 405 else "internal_error"
        message = "Method Not Allowed" if error.code == 405 else "An internal error occurred."
        return {"error": {"code": code, "message": message, "details": None}}, error.code
