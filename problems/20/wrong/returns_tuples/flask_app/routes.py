"""The six routes of the Flask application."""

import json

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from grader.given.errors import AuthenticationError, BadRequestError

from ..core.services import Service


def make_blueprint(service: Service, token: str) -> Blueprint:
    """Return the routes over a service, for clients that know the token."""
    routes = Blueprint("api", __name__)

    # Of the blueprint, not of the app: an unknown path is a 404 for everybody.
    @routes.before_request
    def authenticate() -> None:
        if request.headers.get("Authorization") != f"Bearer {token}":
            raise AuthenticationError

    @routes.get("/users")
    def list_users() -> ResponseReturnValue:
        return service.list_users(request.args)

    @routes.post("/users")
    def create_user() -> ResponseReturnValue:
        return service.create_user(_payload())

    @routes.get("/users/<int:user_id>")
    def get_user(user_id: int) -> ResponseReturnValue:
        return service.get_user(user_id)

    @routes.get("/orders")
    def list_orders() -> ResponseReturnValue:
        return service.list_orders(request.args)

    @routes.post("/orders")
    def create_order() -> ResponseReturnValue:
        return service.create_order(_payload())

    @routes.get("/orders/summary")
    def summary() -> ResponseReturnValue:
        return service.summary()

    return routes


def _payload() -> object:
    try:
        return json.loads(request.get_data().decode())
    except ValueError:
        raise BadRequestError from None
