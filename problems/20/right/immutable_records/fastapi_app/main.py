"""The FastAPI application: a dependency checks the token, a wrapper answers every error."""

import functools
import json

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp

from grader.given.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    ValidationError,
)
from grader.given.live_data import orders, users

from ..core.errors import Conflict, InvalidInput, NotFound
from ..core.models import MemoryRepository
from ..core.services import Service


class MethodNotAllowed(APIError):
    status_code = 405
    code = "method_not_allowed"
    default_message = "Method Not Allowed"


class ErrorMiddleware:
    """Answers what nobody has answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope, receive, send):
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            await answer(None, error)(scope, receive, send)


def answer(request, error):
    if isinstance(error, InvalidInput):
        error = ValidationError(details=error.details)
    elif isinstance(error, NotFound):
        error = NotFoundError()
    elif isinstance(error, Conflict):
        error = ConflictError()
    elif isinstance(error, StarletteHTTPException):
        known = {404: NotFoundError("Not Found"), 405: MethodNotAllowed()}
        error = known.get(error.status_code, APIError())
    elif not isinstance(error, APIError):
        error = APIError()
    return JSONResponse({"error": error.to_dict()}, error.status_code)


def create_app(repository=None, *, token):
    """Return an application over a repository."""
    store = MemoryRepository(users(), orders()) if repository is None else repository
    service = Service(store)

    async def check(request: Request):
        if request.headers.get("authorization") != "Bearer " + token:
            raise AuthenticationError

    app = FastAPI(redirect_slashes=False, openapi_url=None)
    app.add_middleware(ErrorMiddleware)
    app.add_exception_handler(StarletteHTTPException, answer)
    guarded = functools.partial(app.api_route, dependencies=[Depends(check)])

    @guarded("/users", methods=["GET", "POST"])
    async def users_(request: Request):
        return await both(request, service.list_users, service.create_user)

    @guarded("/orders", methods=["GET", "POST"])
    async def orders_(request: Request):
        return await both(request, service.list_orders, service.create_order)

    @guarded("/users/{user_id:int}", methods=["GET"])
    def user(user_id: int) -> dict:
        return service.get_user(user_id)

    @guarded("/orders/summary", methods=["GET"])
    def summary() -> dict:
        return service.summary()

    return app


async def both(request, read, write):
    if request.method == "GET":
        return await run_in_threadpool(read, dict(request.query_params))
    try:
        payload = json.loads((await request.body()).decode())
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise BadRequestError from None
    return JSONResponse(await run_in_threadpool(write, payload), status_code=201)
