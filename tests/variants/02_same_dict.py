"""Variant of keeps_the_callers_dict."""

import copy
import sys
from contextlib import contextmanager


def _rebuild(cls, state, args):
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class APIError(Exception):
    status_code = 500
    code = "internal_error"
    default_message = "Something went wrong"

    def __init__(self, message=None, *, details=None):
        self.message = self.default_message if message is None else message
        self.details = details
        super().__init__(self.message)

    def to_dict(self):
        return {
            "code": self.code,
            "message": self.message,
            "details": copy.deepcopy(self.details),
        }

    def __str__(self):
        return self.message

    def __repr__(self):
        return f"{type(self).__name__}({self.message!r})"

    def __reduce__(self):
        return _rebuild, (type(self), dict(self.__dict__), self.args)

    def __copy__(self):
        state = dict(self.__dict__, details=copy.deepcopy(self.details))
        return _rebuild(type(self), state, self.args)


class BadRequestError(APIError):
    status_code, code, default_message = 400, "bad_request", "Unreadable request"


class AuthenticationError(APIError):
    status_code, code, default_message = 401, "unauthenticated", "Who are you?"


class PermissionDenied(APIError):
    status_code, code, default_message = 403, "permission_denied", "Not allowed"


class NotFoundError(APIError):
    status_code, code, default_message = 404, "not_found", "Not there"


class ConflictError(APIError):
    status_code, code, default_message = 409, "conflict", "Conflict"


class ValidationError(APIError):
    status_code, code, default_message = 422, "invalid", "Invalid input"


class RateLimitError(APIError):
    status_code, code, default_message = 429, "rate_limited", "Slow down"


def translate(exc, mapping):
    if isinstance(exc, APIError):
        return exc
    for cls in type(exc).__mro__:
        if cls in mapping:
            return mapping[cls]()
    return APIError()


@contextmanager
def error_boundary(mapping):
    try:
        yield
    except APIError:
        raise
    except Exception as error:
        raise translate(error, mapping) from error
