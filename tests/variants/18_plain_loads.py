"""Variant of last_key_wins."""

import json
from email.message import Message
from typing import Any

from grader.given.errors import APIError, BadRequestError, ValidationError


class MediaTypeError(APIError):
    status_code = 415
    code = "unsupported_media_type"
    default_message = "Unsupported."


class OrderError(ValidationError):
    """A ValidationError that knows its errors."""

    def __init__(self, errors: list[tuple[list[str | int], str]]) -> None:
        listed = [{"code": code, "path": path} for path, code in errors]
        super().__init__(details={"errors": listed})


def validate_order(payload: Any) -> dict[str, Any]:
    errors = [([*path], code) for *path, code in sorted_out(payload)]
    if errors:
        raise OrderError(errors)
    note = None
    match payload:
        case {"note": str(text)}:
            note = text
    items = [{**item} for item in payload["items"]]
    return {**payload, "items": items, "note": note}


def sorted_out(payload: Any) -> Any:
    match payload:
        case None:
            yield ("null",)
        case {**fields}:
            for key in ["user_id", "amount", "items"]:
                if key not in fields:
                    yield key, "missing"
                elif fields[key] is None:
                    yield key, "null"
                else:
                    for rest in CHECKS[key](fields[key]):
                        yield key, *rest
            if type(fields.get("note", "")) not in {str, type(None)}:
                yield "note", "type"
            for key in fields:
                if key not in {"user_id", "amount", "items", "note"}:
                    yield key, "unknown"
        case _:
            yield ("type",)


def number(value: Any, least: int) -> Any:
    match value:
        case bool():
            yield ("type",)
        case int() if value < least:
            yield ("minimum",)
        case int():
            pass
        case _:
            yield ("type",)


def amount(value: Any) -> Any:
    if isinstance(value, float):
        if value < 0:
            yield ("minimum",)
    else:
        yield from number(value, 0)


def items(value: Any) -> Any:
    if not isinstance(value, list):
        yield ("type",)
    elif len(value) == 0:
        yield ("empty",)
    else:
        for index, each in enumerate(value):
            for rest in item(each):
                yield index, *rest


def item(value: Any) -> Any:
    if not isinstance(value, dict):
        yield ("null" if value is None else "type",)
        return
    for key in ("sku", "quantity"):
        if key not in value:
            yield key, "missing"
        elif value[key] is None:
            yield key, "null"
        elif key == "quantity":
            for rest in number(value[key], 1):
                yield key, *rest
        elif not isinstance(value[key], str):
            yield key, "type"
        elif value[key] == "":
            yield key, "empty"
    for key in value:
        if key not in {"sku", "quantity"}:
            yield key, "unknown"


CHECKS = {"user_id": lambda value: number(value, 1), "amount": amount, "items": items}


def loads(body: bytes) -> Any:
    try:
        text = body.decode()
        found = json.loads(text)
        json.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        raise BadRequestError from None
    return found


def is_json(content_type: str | None) -> bool:
    if not content_type:
        return False
    message = Message()
    message["content-type"] = content_type
    main, sub = message.get_content_maintype(), message.get_content_subtype()
    return main == "application" and (sub == "json" or sub.endswith("+json"))


def create_flask_app() -> Any:
    from flask import Flask, jsonify, request

    app = Flask(__name__)

    @app.errorhandler(APIError)
    def say(error: APIError) -> Any:
        return jsonify(error=error.to_dict()), error.status_code

    @app.before_request
    def look() -> None:
        if not request.is_json:
            raise MediaTypeError

    @app.post("/orders")
    def orders() -> Any:
        return jsonify(validate_order(loads(request.get_data(cache=False)))), 201

    return app


def create_fastapi_app() -> Any:
    from fastapi import Depends, FastAPI, Header, Request
    from fastapi.responses import JSONResponse

    class Escaped(JSONResponse):
        def render(self, content: Any) -> bytes:
            return json.dumps(content, separators=(",", ":")).encode("ascii")

    async def payload(request: Request, content_type: str | None = Header(None)) -> Any:
        if not is_json(content_type):
            raise MediaTypeError
        return loads(await request.body())

    app = FastAPI()
    app.add_exception_handler(
        APIError,
        lambda _, error: Escaped({"error": error.to_dict()}, error.status_code),  # type: ignore[attr-defined]
    )

    @app.post("/orders")
    async def orders(order: Any = Depends(payload)) -> Any:
        return Escaped(validate_order(order), status_code=201)

    return app
