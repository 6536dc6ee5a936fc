"""Errors keep everything in one state, which pickle and copy hand over without `__init__`."""

import contextlib
import copyreg
from typing import Any


class APIError(Exception):
    status_code = 500
    code = "internal_error"
    default_message = "The server failed"
    message: Any
    details: Any

    def __init__(self, message: Any = None, *, details: Any = None) -> None:
        text = self.default_message if message is None else message
        self.__setstate__({"args": (text,), "message": text, "details": details})

    def __setstate__(self, state: Any) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        if self.details is not None:
            self.details = dict(self.details)

    def __getstate__(self) -> Any:
        return {**self.__dict__, "args": self.args}

    def __reduce__(self) -> Any:
        return copyreg.__newobj__, (type(self),), self.__getstate__()

    def __str__(self) -> str:
        return str(self.message)

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}(message={self.message!r}, details={self.details!r})"

    def to_dict(self) -> Any:
        state = self.__getstate__()
        details = state["details"]
        return {
            "code": self.code,
            "message": state["message"],
            "details": details if details is None else dict(details.items()),
        }


class BadRequestError(APIError):
    status_code, code, default_message = 400, "bad_request", "Unreadable"


class AuthenticationError(APIError):
    status_code, code, default_message = 401, "unauthenticated", "Log in first"


class PermissionDenied(APIError):
    status_code, code, default_message = 403, "permission_denied", "Forbidden"


class NotFoundError(APIError):
    status_code, code, default_message = 404, "not_found", "Nothing here"


class ConflictError(APIError):
    status_code, code, default_message = 409, "conflict", "Conflict"


class ValidationError(APIError):
    status_code, code, default_message = 422, "invalid", "Invalid"


class RateLimitError(APIError):
    status_code, code, default_message = 429, "rate_limited", "Too fast"


def translate(exc: Any, mapping: Any) -> Any:
    if isinstance(exc, APIError):
        return exc
    # The inner loop of an except clause: try the special classes before the general ones.
    for kind in type(exc).mro():
        with contextlib.suppress(KeyError):
            target = mapping[kind]
            break
    else:
        target = APIError
    return target()


@contextlib.contextmanager
def error_boundary(mapping: Any) -> Any:
    failure = None
    try:
        yield
    except APIError:
        raise
    except Exception as error:
        failure = error
    if failure is not None:
        raise translate(failure, mapping) from failure
