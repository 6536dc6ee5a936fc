"""The FastAPI application: endpoints are coroutines that hand the work to threads."""

import asyncio
import json
from http import HTTPStatus

import p20_service_layer.core.errors as core
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from p20_service_layer.core.models import MemoryRepository
from p20_service_layer.core.services import Service
from starlette.exceptions import HTTPException

from grader.given import errors as api
from grader.given.live_data import orders, users

STATUSES = {
    core.InvalidInput: api.ValidationError,
    core.NotFound: api.NotFoundError,
    core.Conflict: api.ConflictError,
}


def create_app(repository=None, *, token):
    """Return an application over a repository."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.service = Service(
        MemoryRepository(users(), orders()) if repository is None else repository
    )
    app.state.token = token
    for path, methods in ROUTES.items():
        for method, endpoint in methods.items():
            app.add_api_route(path, endpoint, methods=[method])
    app.exception_handlers = {
        HTTPException: on_http,
        Exception: on_unknown,
        api.APIError: on_api,
        core.ServiceError: on_core,
    }
    return app


def enter(request):
    """Return the service, for who has the token."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or given.encode() != request.app.state.token.encode():
        raise api.AuthenticationError
    return request.app.state.service


async def read(request):
    """Return the JSON of a body."""
    try:
        return json.loads((await request.body()).decode())
    except ValueError as error:
        raise api.BadRequestError from error


async def get_users(request: Request):
    service = enter(request)
    return await asyncio.to_thread(service.list_users, request.query_params)


async def post_users(request: Request):
    service = enter(request)
    payload = await read(request)
    return JSONResponse(await asyncio.to_thread(service.create_user, payload), 201)


async def get_user(request: Request, user_id: int):
    return await asyncio.to_thread(enter(request).get_user, user_id)


async def get_orders(request: Request):
    service = enter(request)
    return await asyncio.to_thread(service.list_orders, request.query_params)


async def post_orders(request: Request):
    service = enter(request)
    payload = await read(request)
    return JSONResponse(await asyncio.to_thread(service.create_order, payload), 201)


async def get_summary(request: Request):
    return await asyncio.to_thread(enter(request).summary)


ROUTES = {
    "/users": {"GET": get_users, "POST": post_users},
    "/users/{user_id:int}": {"GET": get_user},
    "/orders": {"GET": get_orders, "POST": post_orders},
    "/orders/summary": {"GET": get_summary},
}


def answer(error):
    """Return what a client is told."""
    return JSONResponse({"error": error.to_dict()}, error.status_code)


async def on_core(request, error):
    return answer(STATUSES[type(error)](details=getattr(error, "details", None)))


async def on_api(request, error):
    return answer(error)


async def on_unknown(request, error):
    return answer(api.APIError())


async def on_http(request, error):
    phrase = HTTPStatus(error.status_code).phrase
    body = {"code": phrase.lower().replace(" ", "_"), "message": phrase, "details": None}
    return JSONResponse({"error": body}, error.status_code)
