"""A decorator factory: a view takes a payload and returns an order; two adapters wrap it."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from grader.given.errors import APIError, BadRequestError, ValidationError

View = Callable[[Any], Any]
MISSING = object()


def validate_order(payload: Any) -> dict[str, Any]:
    """Check with an explicit stack of what is still to be looked at."""
    errors = []
    todo: list[tuple[list[str | int], Any, str]] = [([], payload, "order")]
    while todo:
        path, value, kind = todo.pop()
        code, inside = look(value, kind)
        if code:
            errors.append({"path": path, "code": code})
        todo += [([*path, step], each, rule) for step, each, rule in reversed(inside)]
    if errors:
        raise ValidationError(details={"errors": errors})
    items = [{"sku": item["sku"], "quantity": item["quantity"]} for item in payload["items"]]
    plain = {key: payload[key] for key in ("user_id", "amount")}
    return plain | {"items": items, "note": payload.get("note")}


KEYS = {
    "order": {"user_id": "positive", "amount": "amount", "items": "items", "note": "note"},
    "item": {"sku": "sku", "quantity": "positive"},
}
TYPES: dict[str, tuple[type, ...]] = {
    "order": (dict,),
    "item": (dict,),
    "positive": (int,),
    "amount": (int, float),
    "items": (list,),
    "note": (str,),
    "sku": (str,),
}


def look(value: Any, kind: str) -> tuple[str | None, list[tuple[str | int, Any, str]]]:
    """Return the error of a value, and what is inside of it."""
    if kind == "unknown":
        return "unknown", []
    if value is MISSING:
        return (None if kind == "note" else "missing"), []
    if value is None:
        return (None if kind == "note" else "null"), []
    if type(value) not in TYPES[kind]:
        return "type", []
    if kind in KEYS:
        keys = KEYS[kind]
        inside: list[tuple[str | int, Any, str]] = [
            (key, value.get(key, MISSING), rule) for key, rule in keys.items()
        ]
        inside += [(key, each, "unknown") for key, each in value.items() if key not in keys]
        return None, inside
    if kind == "items":
        return ("empty" if not value else None), [(i, each, "item") for i, each in enumerate(value)]
    if (kind == "positive" and value < 1) or (kind == "amount" and value < 0):
        return "minimum", []
    return ("empty" if kind == "sku" and not value else None), []


class Unsupported(APIError):
    def __init__(self) -> None:
        super().__init__("This service reads JSON only.")
        self.status_code = 415
        self.code = HTTPStatus(415).phrase.lower().replace(" ", "_")


class Decoder(json.JSONDecoder):
    """Python's decoder without its extensions."""

    def __init__(self) -> None:
        super().__init__(
            object_pairs_hook=self.once, parse_constant=self.finite, parse_float=self.finite
        )

    @staticmethod
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    @staticmethod
    def finite(text: str) -> float:
        value = float(text)
        if value - value != 0:
            raise ValueError("not finite")
        return value


def jsonic(view: View) -> Callable[[str, bytes], tuple[bytes, int]]:
    """Turn a view of payloads into one of content types and bytes."""

    def wrapped(content_type: str, body: bytes) -> tuple[bytes, int]:
        status = 201
        try:
            kind = content_type.split(";", 1)[0].strip().casefold()
            if kind != "application/json" and (kind[:12] != "application/" or kind[-5:] != "+json"):
                raise Unsupported
            try:
                payload = Decoder().decode(body.decode())
            except (UnicodeError, ValueError, RecursionError) as error:
                raise BadRequestError from error
            found = view(payload)
        except APIError as error:
            status, found = error.status_code, {"error": error.to_dict()}
        return json.dumps(found).encode("ascii"), status

    return wrapped


create_order = jsonic(validate_order)


def create_flask_app() -> Any:
    import flask

    def view() -> Any:
        text, status = create_order(
            flask.request.headers.get("Content-Type", ""), flask.request.data
        )
        return flask.Response(text, status=status, content_type="application/json")

    app = flask.Flask(__name__)
    app.add_url_rule("/orders", view_func=view, methods=["POST"])
    return app


def create_fastapi_app() -> Any:
    import fastapi

    async def body_of(request: fastapi.Request) -> bytes:
        return b"".join([chunk async for chunk in request.stream()])

    async def view(request: fastapi.Request, body: bytes = fastapi.Depends(body_of)) -> Any:
        text, status = create_order(request.headers.get("Content-Type", ""), body)
        return fastapi.Response(text, status, {"Content-Type": "application/json"})

    app = fastapi.FastAPI(openapi_url=None)
    app.post("/orders")(view)
    return app
