"""Errors that a client may see: the hierarchy of problem 02, for the problems that build on it.

APIError                   500  internal_error
├── BadRequestError        400  bad_request
├── AuthenticationError    401  unauthenticated
├── PermissionDenied       403  permission_denied
├── NotFoundError          404  not_found
├── ConflictError          409  conflict
├── ValidationError        422  invalid
└── RateLimitError         429  rate_limited
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

__all__ = [
    "APIError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "NotFoundError",
    "PermissionDenied",
    "RateLimitError",
    "ValidationError",
]


class APIError(Exception):
    """An error with a status, a code, a message and details; by itself an internal one."""

    status_code: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    default_message: ClassVar[str] = "An internal error occurred."

    def __init__(
        self, message: str | None = None, *, details: Mapping[str, Any] | None = None
    ) -> None:
        """Make an error; None stands for the class's default message, and for no details."""
        if message is None:
            message = self.default_message
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] | None = None if details is None else {**details}

    def to_dict(self) -> dict[str, Any]:
        """Return what a client is told; changing it does not change the error."""
        details = None if self.details is None else {**self.details}
        return {"code": self.code, "message": self.message, "details": details}

    def __reduce__(self) -> tuple[Any, ...]:
        # As for other objects: the constructor of a subclass may want other arguments than these.
        return Exception.__new__, (type(self), *self.args), self.__dict__


class BadRequestError(APIError):
    """The request cannot be read."""

    status_code = 400
    code = "bad_request"
    default_message = "The request could not be read."


class AuthenticationError(APIError):
    """Nobody knows who is asking."""

    status_code = 401
    code = "unauthenticated"
    default_message = "You need to authenticate."


class PermissionDenied(APIError):
    """Who is asking may not do this."""

    status_code = 403
    code = "permission_denied"
    default_message = "You may not do this."


class NotFoundError(APIError):
    """What was asked for does not exist."""

    status_code = 404
    code = "not_found"
    default_message = "Nothing was found."


class ConflictError(APIError):
    """The request does not fit the present state."""

    status_code = 409
    code = "conflict"
    default_message = "The request conflicts with the present state."


class ValidationError(APIError):
    """The request can be read but is invalid."""

    status_code = 422
    code = "invalid"
    default_message = "The request is not valid."


class RateLimitError(APIError):
    """There are too many requests."""

    status_code = 429
    code = "rate_limited"
    default_message = "There were too many requests."
