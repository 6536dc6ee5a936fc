"""Thinks every error that arrives has to be translated, an APIError included."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar


class APIError(Exception):
    """An error that a client may see: a status, a code, a message and details."""

    status_code: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    default_message: ClassVar[str] = "Something went wrong on the server"

    message: str
    details: dict[str, Any] | None

    def __init__(
        self, message: str | None = None, *, details: dict[str, Any] | None = None
    ) -> None:
        self.message = self.default_message if message is None else message
        self.details = None if details is None else dict(details)
        super().__init__(self.message)

    def to_dict(self) -> dict[str, Any]:
        """Return code, message and details, as a client receives them."""
        details = None if self.details is None else dict(self.details)
        return {"code": self.code, "message": self.message, "details": details}

    def __reduce__(self) -> tuple[Any, ...]:
        # The inherited one calls the class with args, and a subclass may take other arguments.
        return _restore, (type(self), self.args), vars(self)


class BadRequestError(APIError):
    """400: the request cannot be read."""

    status_code = 400
    code = "bad_request"
    default_message = "The request cannot be read"


class AuthenticationError(APIError):
    """401: nobody knows who is asking."""

    status_code = 401
    code = "unauthenticated"
    default_message = "Authentication is required"


class PermissionDenied(APIError):
    """403: the one who is asking may not do this."""

    status_code = 403
    code = "permission_denied"
    default_message = "This is not allowed"


class NotFoundError(APIError):
    """404: what was asked for does not exist."""

    status_code = 404
    code = "not_found"
    default_message = "There is no such thing"


class ConflictError(APIError):
    """409: the request does not fit the present state."""

    status_code = 409
    code = "conflict"
    default_message = "The request does not fit the present state"


class ValidationError(APIError):
    """422: the request can be read but is invalid."""

    status_code = 422
    code = "invalid"
    default_message = "The request is invalid"


class RateLimitError(APIError):
    """429: too many requests."""

    status_code = 429
    code = "rate_limited"
    default_message = "Too many requests"


def translate(exc: Exception, mapping: Mapping[type[Exception], type[APIError]]) -> APIError:
    """Return the error that a client may see in place of ``exc``."""
    for kind in type(exc).__mro__:
        if kind in mapping:
            return mapping[kind]()
    return APIError()


def error_boundary(
    mapping: Mapping[type[Exception], type[APIError]],
) -> AbstractContextManager[None]:
    """Return a context manager that raises the translation of an error from the original."""

    @contextmanager
    def boundary() -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise translate(error, mapping) from error

    return boundary()


def _restore(kind: type[APIError], args: tuple[Any, ...]) -> APIError:
    return kind.__new__(kind, *args)
