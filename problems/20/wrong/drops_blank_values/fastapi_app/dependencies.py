"""What the routes of the FastAPI application depend on; none of it blocks."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from grader.given.errors import AuthenticationError, BadRequestError


def token_check(token: str) -> Callable[[Request], Awaitable[None]]:
    """Return a dependency that lets only clients pass who know the token."""

    async def check(request: Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {token}":
            raise AuthenticationError

    return check


async def get_query(request: Request) -> Mapping[str, str]:
    """Return the query as texts; what they mean, the core says."""
    return dict(parse_qsl(request.url.query))


async def get_payload(request: Request) -> Any:
    """Return the body, read as JSON."""
    try:
        return json.loads((await request.body()).decode())
    except ValueError:
        raise BadRequestError from None


Query = Annotated[Mapping[str, str], Depends(get_query)]
Payload = Annotated[Any, Depends(get_payload)]
