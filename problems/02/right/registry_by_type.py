"""Status and code live in a registry keyed by type; translation is a single dispatch."""

import contextlib
import functools
from collections import ChainMap
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Facts(NamedTuple):
    status_code: int
    code: str
    default_message: str


FACTS: dict[type, Facts] = {}


def facts_of(kind: type) -> Facts:
    return next(FACTS[base] for base in kind.__mro__ if base in FACTS)


def registered(*facts: Any) -> Callable[[type], type]:
    def register(kind: type) -> type:
        FACTS[kind] = Facts(*facts)
        return kind

    return register


@registered(500, "internal_error", "An internal error")
class APIError(Exception):
    status_code: Any = property(lambda self: facts_of(type(self)).status_code)
    code: Any = property(lambda self: facts_of(type(self)).code)
    default_message: Any = property(lambda self: facts_of(type(self)).default_message)

    def __init__(self, message: Any = None, *, details: Any = None) -> None:
        super().__init__(self.default_message if message is None else message)
        self._details = details if details is None else {**details}

    @property
    def message(self) -> Any:
        return self.args[0]

    @property
    def details(self) -> Any:
        return self._details if self._details is None else {**self._details}

    def to_dict(self) -> dict[str, Any]:
        return {"details": self.details, "message": self.message, "code": self.code}

    def __reduce_ex__(self, protocol: Any) -> Any:
        return functools.partial(Exception.__new__, type(self)), self.args, self.__dict__


@registered(400, "bad_request", "A bad request")
class BadRequestError(APIError): ...


@registered(401, "unauthenticated", "Who are you?")
class AuthenticationError(APIError): ...


@registered(403, "permission_denied", "Not allowed")
class PermissionDenied(APIError): ...


@registered(404, "not_found", "Not found")
class NotFoundError(APIError): ...


@registered(409, "conflict", "A conflict")
class ConflictError(APIError): ...


@registered(422, "invalid", "Invalid data")
class ValidationError(APIError): ...


@registered(429, "rate_limited", "Slow down")
class RateLimitError(APIError): ...


def translate(exc: Exception, mapping: Any) -> Any:
    @functools.singledispatch
    def target(error: Exception) -> Any:
        return APIError()

    # The last entry beats any that the caller may have for it.
    for kind, made in ChainMap({APIError: None}, mapping).items():
        if not issubclass(kind, APIError):
            target.register(kind, lambda error, made=made: made())
    target.register(APIError, lambda error: error)
    return target(exc)


@contextlib.contextmanager
def error_boundary(mapping: Any) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        public = translate(error, mapping)
        if public is error:
            raise
        raise public from error
