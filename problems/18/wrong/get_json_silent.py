"""Thinks what cannot be read is no order, which is what null is."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from grader.given.errors import APIError, ValidationError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from flask import Flask

Path: TypeAlias = tuple[str | int, ...]
Errors: TypeAlias = Iterator[dict[str, Any]]
Check: TypeAlias = Callable[[Any, Path], Errors]


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
        status, text = answer(request.get_json(force=True, silent=True))
        return Response(text, status, mimetype="application/json")

    return app


def create_fastapi_app() -> "FastAPI":
    """Return a FastAPI app that answers ``POST /orders``."""
    from fastapi import FastAPI, Request, Response

    app = FastAPI()

    @app.post("/orders")
    async def create_order(request: Request) -> Response:
        try:
            payload = await request.json()
        except (ValueError, RecursionError):
            payload = None
        status, text = answer(payload)
        return Response(text, status, media_type="application/json")

    return app


def answer(payload: Any) -> tuple[int, str]:
    """Return status and JSON text of the answer to a payload."""
    try:
        return 201, json.dumps(validate_order(payload))
    except APIError as error:
        return error.status_code, json.dumps({"error": error.to_dict()})


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
