"""Thinks the same letters should be stored as the same characters."""

import json
import math
import unicodedata
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from grader.given.errors import APIError, BadRequestError, ValidationError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from flask import Flask

Path: TypeAlias = tuple[str | int, ...]
Errors: TypeAlias = Iterator[dict[str, Any]]
Check: TypeAlias = Callable[[Any, Path], Errors]


class UnsupportedMediaTypeError(APIError):
    """The body is not declared to be JSON."""

    status_code = 415
    code = "unsupported_media_type"
    default_message = "The content type must be JSON."


def validate_order(payload: Any) -> dict[str, Any]:
    """Return the order that ``payload`` holds, or raise a ValidationError with all its errors."""
    errors = list(_object_errors(payload, (), ORDER, optional={"note"}))
    if errors:
        raise ValidationError(details={"errors": errors})
    return {
        "user_id": payload["user_id"],
        "amount": payload["amount"],
        "items": [dict(item) for item in payload["items"]],
        "note": payload.get("note"),
    }


def create_flask_app() -> "Flask":
    """Return a Flask app that answers ``POST /orders``."""
    from flask import Flask, Response, request

    app = Flask(__name__)

    @app.post("/orders")
    def create_order() -> Response:
        status, text = answer(request.headers.get("Content-Type"), request.get_data())
        return Response(text, status, mimetype="application/json")

    return app


def create_fastapi_app() -> "FastAPI":
    """Return a FastAPI app that answers ``POST /orders``."""
    from fastapi import FastAPI, Request, Response

    app = FastAPI()

    @app.post("/orders")
    async def create_order(request: Request) -> Response:
        status, text = answer(request.headers.get("Content-Type"), await request.body())
        return Response(text, status, media_type="application/json")

    return app


def answer(content_type: str | None, body: bytes) -> tuple[int, str]:
    """Return status and JSON text of the answer to a request."""
    try:
        status, content = 201, validate_order(read_json(content_type, body))
    except APIError as error:
        status, content = error.status_code, {"error": error.to_dict()}
    # Escaped: half a surrogate pair can be written as \ud800, but not in UTF-8.
    return status, json.dumps(content, ensure_ascii=True)


def read_json(content_type: str | None, body: bytes) -> Any:
    """Return the value of a JSON body, or raise the error that says why it cannot be read."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise UnsupportedMediaTypeError
    try:
        return json.loads(
            unicodedata.normalize("NFC", body.decode("utf-8")),
            object_pairs_hook=_object,
            parse_float=_float,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as error:
        raise BadRequestError from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _object_errors(
    value: Any, path: Path, checks: dict[str, Check], optional: frozenset[str] | set[str]
) -> Errors:
    if not isinstance(value, dict):
        yield _wrong_type(value, path)
        return
    for key, check in checks.items():
        if key in value:
            yield from check(value[key], (*path, key))
        elif key not in optional:
            yield _error((*path, key), "missing")
    for key in value:
        if key not in checks:
            yield _error((*path, key), "unknown")


def _item_errors(value: Any, path: Path) -> Errors:
    return _object_errors(value, path, ITEM, optional=frozenset())


def _items_errors(value: Any, path: Path) -> Errors:
    if not isinstance(value, list):
        yield _wrong_type(value, path)
    elif not value:
        yield _error(path, "empty")
    else:
        for index, item in enumerate(value):
            yield from _item_errors(item, (*path, index))


def _number_errors(*types: type, minimum: int) -> Check:
    def check(value: Any, path: Path) -> Errors:
        # Not isinstance: True is an int to it.
        if type(value) not in types:
            yield _wrong_type(value, path)
        elif value < minimum:
            yield _error(path, "minimum")

    return check


def _sku_errors(value: Any, path: Path) -> Errors:
    if not isinstance(value, str):
        yield _wrong_type(value, path)
    elif not value:
        yield _error(path, "empty")


def _note_errors(value: Any, path: Path) -> Errors:
    if not isinstance(value, str | None):
        yield _error(path, "type")


def _wrong_type(value: Any, path: Path) -> dict[str, Any]:
    return _error(path, "null" if value is None else "type")


def _error(path: Path, code: str) -> dict[str, Any]:
    return {"path": list(path), "code": code}


ITEM: dict[str, Check] = {"sku": _sku_errors, "quantity": _number_errors(int, minimum=1)}
ORDER: dict[str, Check] = {
    "user_id": _number_errors(int, minimum=1),
    "amount": _number_errors(int, float, minimum=0),
    "items": _items_errors,
    "note": _note_errors,
}
