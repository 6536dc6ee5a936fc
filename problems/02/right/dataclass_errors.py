"""Errors are dataclasses with class variables, the boundary is a class."""

import copyreg
from dataclasses import KW_ONLY, dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, ClassVar, Literal


# eq=False: with an equality of their own, errors could not be hashed.
@dataclass(eq=False, repr=False)
class APIError(Exception):
    message: Any = None
    _: KW_ONLY
    details: dict[str, Any] | None = field(default=None)
    status_code: ClassVar[int] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "internal_error"
    default_message: ClassVar[str] = "Internal error"

    def __post_init__(self) -> None:
        if self.message is None:
            self.message = self.default_message
        if self.details is not None:
            self.details = {**self.details}
        super().__init__(self.message)

    def to_dict(self) -> dict[str, Any]:
        public = {name: getattr(self, name) for name in ("code", "message", "details")}
        if public["details"] is not None:
            public["details"] = public["details"].copy()
        return public

    def __reduce__(self) -> tuple[Any, ...]:
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__.copy()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code}: {self.message}>"


@dataclass(eq=False, repr=False)
class BadRequestError(APIError):
    status_code: ClassVar[int] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str] = "bad_request"
    default_message: ClassVar[str] = "Bad request"


@dataclass(eq=False, repr=False)
class AuthenticationError(APIError):
    status_code: ClassVar[int] = HTTPStatus.UNAUTHORIZED
    code: ClassVar[str] = "unauthenticated"
    default_message: ClassVar[str] = "Unauthenticated"


@dataclass(eq=False, repr=False)
class PermissionDenied(APIError):
    status_code: ClassVar[int] = HTTPStatus.FORBIDDEN
    code: ClassVar[str] = "permission_denied"
    default_message: ClassVar[str] = "Permission denied"


@dataclass(eq=False, repr=False)
class NotFoundError(APIError):
    status_code: ClassVar[int] = HTTPStatus.NOT_FOUND
    code: ClassVar[str] = "not_found"
    default_message: ClassVar[str] = "Not found"


@dataclass(eq=False, repr=False)
class ConflictError(APIError):
    status_code: ClassVar[int] = HTTPStatus.CONFLICT
    code: ClassVar[str] = "conflict"
    default_message: ClassVar[str] = "Conflict"


@dataclass(eq=False, repr=False)
class ValidationError(APIError):
    status_code: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY
    code: ClassVar[str] = "invalid"
    default_message: ClassVar[str] = "Invalid"


@dataclass(eq=False, repr=False)
class RateLimitError(APIError):
    status_code: ClassVar[int] = HTTPStatus.TOO_MANY_REQUESTS
    code: ClassVar[str] = "rate_limited"
    default_message: ClassVar[str] = "Rate limited"


def translate(exc: Exception, mapping: Any) -> APIError:
    if isinstance(exc, APIError):
        return exc
    distance = type(exc).__mro__.index
    matches = sorted((kind for kind in mapping if isinstance(exc, kind)), key=distance)
    target = mapping[matches[0]] if matches else APIError
    return target()


@dataclass
class error_boundary:  # noqa: N801  # used like a function
    mapping: Any

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        if isinstance(error, Exception):
            translation = translate(error, self.mapping)
            if translation is not error:
                raise translation from error
        return False
