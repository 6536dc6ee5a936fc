"""The seven classes are made in a loop; each class tells copyreg how to copy its errors."""

import contextlib
import copyreg
from types import new_class
from typing import Any


def _empty(kind: Any, args: Any) -> Any:
    return kind.__new__(kind, *args)


def _reduced(error: Any) -> Any:
    return _empty, (error.__class__, error.args), {**error.__dict__}


class APIError(Exception):
    status_code, code, default_message = 500, "internal_error", "Internal server error"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        copyreg.pickle(cls, _reduced)

    def __init__(self, message: Any = None, *, details: Any = None) -> None:
        match message:
            case None:
                Exception.__init__(self, self.default_message)
            case _:
                Exception.__init__(self, message)
        (self.message,) = self.args
        self.details = details and dict(details) or (None if details is None else {})

    def to_dict(self) -> dict[str, Any]:
        hidden = self.details is None
        return dict(
            code=self.code, message=self.message, details=None if hidden else dict(self.details)
        )


copyreg.pickle(APIError, _reduced)

for _name, _status, _code in [
    ("BadRequestError", 400, "bad_request"),
    ("AuthenticationError", 401, "unauthenticated"),
    ("PermissionDenied", 403, "permission_denied"),
    ("NotFoundError", 404, "not_found"),
    ("ConflictError", 409, "conflict"),
    ("ValidationError", 422, "invalid"),
    ("RateLimitError", 429, "rate_limited"),
]:
    _body = {
        "status_code": _status,
        "code": _code,
        "default_message": _code.replace("_", " ").capitalize(),
        "__module__": __name__,
    }
    globals()[_name] = new_class(_name, (APIError,), {}, lambda space: space.update(_body))


def translate(exc: Any, mapping: Any) -> Any:
    def public(kinds: Any) -> Any:
        if not kinds:
            return APIError()
        nearest, *others = kinds
        return mapping[nearest]() if nearest in mapping else public(others)

    return exc if isinstance(exc, APIError) else public(type(exc).__mro__)


class _Boundary(contextlib.ExitStack):
    def __init__(self, mapping: Any) -> None:
        super().__init__()
        self.push(lambda kind, error, trace: self._leave(error, mapping))

    @staticmethod
    def _leave(error: Any, mapping: Any) -> bool:
        if isinstance(error, Exception) and not isinstance(error, APIError):
            public = translate(error, mapping)
            public.__cause__ = error
            raise public
        return False


def error_boundary(mapping: Any) -> Any:
    return _Boundary(mapping)
