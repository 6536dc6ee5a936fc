"""What the routes of the FastAPI application depend on. A suggestion: no test looks in here."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import Request


def token_check(token: str) -> Callable[[Request], Awaitable[None]]:
    """Return a dependency that lets only clients pass who know the token."""
    raise NotImplementedError


async def get_query(request: Request) -> Mapping[str, str]:
    """Return the query as texts; what they mean, the core says."""
    raise NotImplementedError


async def get_payload(request: Request) -> Any:
    """Return the body, read as JSON."""
    raise NotImplementedError
