"""17 · FastAPI exception middleware. The statement: `grader show 17`, or problems/17/README.md."""

import logging

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send


def install_error_handling(app: FastAPI, *, logger: logging.Logger | None = None) -> None:
    """Let every error of ``app`` answer in the envelope; called after other middleware is added."""
    raise NotImplementedError


def current_request_id() -> str | None:
    """Return the id of the request that is being served here; None outside of one."""
    raise NotImplementedError


class ErrorMiddleware:
    """Pure ASGI middleware: the request id, and the answer to errors that nobody expected."""

    def __init__(self, app: ASGIApp, *, logger: logging.Logger | None = None) -> None:
        """Wrap ``app``; without a logger, use one that reaches the root."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; what is no HTTP request passes untouched."""
        raise NotImplementedError
