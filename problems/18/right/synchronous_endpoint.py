"""A payload is parsed by itself, checked afterwards by a walk; FastAPI's endpoint is a plain def."""

import json
import math
import re
from typing import Any

from grader.given.errors import APIError, BadRequestError, ValidationError

JSON_TYPE = re.compile(r"application/(?:json|[^;\s]*\+json)\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)


class UnsupportedMediaType(APIError):
    status_code = 415
    code = "unsupported_media_type"


class Pairs(list[tuple[str, Any]]):
    """An object as it was written."""


def plain(value: Any) -> Any:
    """Return a value with its objects as dicts, unless there is something in it that JSON forbids."""
    if isinstance(value, Pairs):
        found = {key: plain(each) for key, each in value}
        if len(found) != len(value):
            raise BadRequestError
        return found
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise BadRequestError
    return value


def parse(content_type: str | None, body: bytes) -> Any:
    if not JSON_TYPE.fullmatch((content_type or "").strip()):
        raise UnsupportedMediaType("Only JSON is read here.")
    try:
        return plain(json.loads(body.decode("utf-8"), object_pairs_hook=Pairs))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadRequestError from error


def is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def problems_of_number(value: Any, lowest: int, path: list[Any], *, whole: bool) -> list[Any]:
    if value is None:
        return [(path, "null")]
    if not (is_int(value) or (isinstance(value, float) and not whole)):
        return [(path, "type")]
    return [(path, "minimum")] if value < lowest else []


def problems_of_item(value: Any, path: list[Any]) -> list[Any]:
    if value is None:
        return [(path, "null")]
    if not isinstance(value, dict):
        return [(path, "type")]
    found: list[Any] = []
    if "sku" not in value:
        found.append(([*path, "sku"], "missing"))
    elif value["sku"] is None:
        found.append(([*path, "sku"], "null"))
    elif not isinstance(value["sku"], str):
        found.append(([*path, "sku"], "type"))
    elif value["sku"] == "":
        found.append(([*path, "sku"], "empty"))
    if "quantity" not in value:
        found.append(([*path, "quantity"], "missing"))
    else:
        found += problems_of_number(value["quantity"], 1, [*path, "quantity"], whole=True)
    found += [([*path, key], "unknown") for key in value if key not in {"sku", "quantity"}]
    return found


def problems_of(payload: Any) -> list[Any]:
    if payload is None:
        return [([], "null")]
    if not isinstance(payload, dict):
        return [([], "type")]
    found: list[Any] = []
    for key, whole in (("user_id", True), ("amount", False)):
        if key in payload:
            found += problems_of_number(payload[key], int(whole), [key], whole=whole)
        else:
            found.append(([key], "missing"))
    items = payload.get("items")
    if "items" not in payload:
        found.append((["items"], "missing"))
    elif items is None:
        found.append((["items"], "null"))
    elif not isinstance(items, list):
        found.append((["items"], "type"))
    elif not items:
        found.append((["items"], "empty"))
    else:
        for index, item in enumerate(items):
            found += problems_of_item(item, ["items", index])
    if not isinstance(payload.get("note"), str | None):
        found.append((["note"], "type"))
    known = ("user_id", "amount", "items", "note")
    return found + [([key], "unknown") for key in payload if key not in known]


def validate_order(payload: Any) -> dict[str, Any]:
    errors = [{"path": path, "code": code} for path, code in problems_of(payload)]
    if errors:
        raise ValidationError(f"There are {len(errors)} errors.", details={"errors": errors})
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    return {"note": None, **copy}


def respond(content_type: str | None, body: bytes) -> dict[str, Any]:
    """Return the keyword arguments of a response that both frameworks share."""
    try:
        return {"status": 201, "text": json.dumps(validate_order(parse(content_type, body)))}
    except APIError as error:
        return {"status": error.status_code, "text": json.dumps({"error": error.to_dict()})}


def create_flask_app() -> Any:
    from flask import Flask, make_response, request
    from flask.views import MethodView

    class Orders(MethodView):
        def post(self) -> Any:
            found = respond(request.headers.get("content-type"), request.stream.read())
            response = make_response(found["text"], found["status"])
            response.mimetype = "application/json"
            return response

    app = Flask(__name__)
    app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    return app


def create_fastapi_app() -> Any:
    from fastapi import APIRouter, Depends, FastAPI, Request, Response

    router = APIRouter()

    async def raw(request: Request) -> bytes:
        return await request.body()

    @router.post("/orders", response_class=Response)
    def orders(request: Request, response: Response, body: bytes = Depends(raw)) -> Response:
        del response
        found = respond(request.headers.get("content-type"), body)
        return Response(found["text"], found["status"], media_type="application/json")

    app = FastAPI()
    app.include_router(router)
    return app
