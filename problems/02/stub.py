"""02 · Exception hierarchy. The statement: `grader show 02`, or problems/02/README.md."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar


class APIError(Exception):
    """An error that a client may see: a status, a code, a message and details."""

    status_code: ClassVar[int]
    code: ClassVar[str]
    default_message: ClassVar[str]
    message: str
    details: dict[str, Any] | None

    def __init__(
        self, message: str | None = None, *, details: dict[str, Any] | None = None
    ) -> None:
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return code, message and details, as a client receives them."""
        raise NotImplementedError


class BadRequestError(APIError):
    """400: the request cannot be read."""


class AuthenticationError(APIError):
    """401: nobody knows who is asking."""


class PermissionDenied(APIError):
    """403: the one who is asking may not do this."""


class NotFoundError(APIError):
    """404: what was asked for does not exist."""


class ConflictError(APIError):
    """409: the request does not fit the present state."""


class ValidationError(APIError):
    """422: the request can be read but is invalid."""


class RateLimitError(APIError):
    """429: too many requests."""


def translate(exc: Exception, mapping: Mapping[type[Exception], type[APIError]]) -> APIError:
    """Return the error that a client may see in place of ``exc``."""
    raise NotImplementedError


def error_boundary(
    mapping: Mapping[type[Exception], type[APIError]],
) -> AbstractContextManager[None]:
    """Return a context manager that raises the translation of an error from the original."""
    raise NotImplementedError
