"""The FastAPI application: puts the service together with its routes, and maps errors."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from grader.given.errors import (
    APIError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    ValidationError,
)
from grader.given.live_data import orders, users

from ..core.errors import Conflict, InvalidInput, NotFound, ServiceError
from ..core.models import MemoryRepository, Repository
from ..core.services import Service
from .dependencies import Payload, Query, token_check


def create_app(repository: Repository | None = None, *, token: str) -> FastAPI:
    """Return an application over a repository, by default one of its own with the live data."""
    if repository is None:
        repository = MemoryRepository(users(), orders())
    # By default there are pages of FastAPI's own, and `/users/` leads to `/users`.
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.include_router(_make_router(Service(repository), token))
    for kind in (ServiceError, APIError, Exception):
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(HTTPException, _answer_of_framework)
    return app


def _make_router(service: Service, token: str) -> APIRouter:
    """Return the six routes; being plain functions, they run in threads and may block."""
    router = APIRouter(dependencies=[Depends(token_check(token))])

    @router.get("/users")
    def list_users(query: Query) -> JSONResponse:
        return JSONResponse(service.list_users(query))

    @router.post("/users")
    def create_user(payload: Payload) -> JSONResponse:
        return JSONResponse(service.create_user(payload), 201)

    @router.get("/users/{user_id:int}")
    def get_user(user_id: int) -> JSONResponse:
        return JSONResponse(service.get_user(user_id))

    @router.get("/orders")
    def list_orders(query: Query) -> JSONResponse:
        return JSONResponse(service.list_orders(query))

    @router.post("/orders")
    def create_order(payload: Payload) -> JSONResponse:
        return JSONResponse(service.create_order(payload), 201)

    @router.get("/orders/summary")
    def summary() -> JSONResponse:
        return JSONResponse(service.summary())

    return router


async def _answer(request: Request, error: Exception) -> JSONResponse:
    public = _public(error)
    return JSONResponse({"error": public.to_dict()}, public.status_code)


async def _answer_of_framework(request: Request, error: Any) -> JSONResponse:
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "_")
    content = {"code": code, "message": status.phrase, "details": None}
    return JSONResponse({"error": content}, status)


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
