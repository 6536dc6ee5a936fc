"""A model in the core, explicit steps; the frameworks' error handlers make the answers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from grader.given.errors import APIError, BadRequestError, ValidationError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from flask import Flask


class NotJSON(APIError):
    status_code = 415
    code = "unsupported_media_type"
    default_message = "Send JSON."


class Findings:
    """Collects what is wrong."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def add(self, code: str, *path: str | int) -> None:
        self.found.append({"code": code, "path": list(path)})

    def take(
        self, record: dict[str, Any], key: str, types: tuple[type, ...], *path: str | int
    ) -> Any:
        """Return the value of a key that must be there; None if it is wrong."""
        if key not in record:
            self.add("missing", *path, key)
            return None
        return self.fits(record[key], types, *path, key)

    def fits(self, value: Any, types: tuple[type, ...], *path: str | int) -> Any:
        if value is None:
            self.add("null", *path)
            return None
        if isinstance(value, bool) or not isinstance(value, types):
            self.add("type", *path)
            return None
        return value

    def extra(self, record: dict[str, Any], names: set[str], *path: str | int) -> None:
        for key in record:
            if key not in names:
                self.add("unknown", *path, key)


@dataclass(frozen=True)
class Item:
    sku: str
    quantity: int

    @classmethod
    def parse(cls, value: Any, index: int, findings: Findings) -> Item:
        record = findings.fits(value, (dict,), "items", index)
        if record is None:
            return cls("", 0)
        sku = findings.take(record, "sku", (str,), "items", index)
        if sku == "":
            findings.add("empty", "items", index, "sku")
        quantity = findings.take(record, "quantity", (int,), "items", index)
        if quantity is not None and quantity < 1:
            findings.add("minimum", "items", index, "quantity")
        findings.extra(record, {"sku", "quantity"}, "items", index)
        return cls(sku, quantity)


@dataclass(frozen=True)
class Order:
    user_id: int
    amount: int | float
    items: list[Item]
    note: str | None

    @classmethod
    def parse(cls, payload: Any) -> Order:
        findings = Findings()
        record = findings.fits(payload, (dict,))
        if record is None:
            raise ValidationError(details={"errors": findings.found})
        user_id = findings.take(record, "user_id", (int,))
        if user_id is not None and user_id <= 0:
            findings.add("minimum", "user_id")
        amount = findings.take(record, "amount", (int, float))
        if amount is not None and amount < 0:
            findings.add("minimum", "amount")
        values = findings.take(record, "items", (list,))
        if values == []:
            findings.add("empty", "items")
        items = [Item.parse(value, index, findings) for index, value in enumerate(values or [])]
        note = record.get("note")
        if note is not None:
            findings.fits(note, (str,), "note")
        findings.extra(record, {"user_id", "amount", "items", "note"})
        if findings.found:
            raise ValidationError("The order is not valid.", details={"errors": findings.found})
        return cls(user_id, amount, items, note)


def validate_order(payload: Any) -> dict[str, Any]:
    return asdict(Order.parse(payload))


def load(content_type: str | None, body: bytes) -> Any:
    kind = (content_type or "").lower().split(";")[0].strip()
    top, _, sub = kind.partition("/")
    if top != "application" or not (sub == "json" or sub.endswith("+json")):
        raise NotJSON
    try:
        payload = json.loads(str(body, "utf-8", "strict"), object_pairs_hook=unique)
        # Finds the infinities and NaN, wherever they are.
        json.dumps(payload, allow_nan=False)
    except (ValueError, RecursionError):
        raise BadRequestError("This is not JSON.") from None
    return payload


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for key, value in pairs:
        if key in record:
            raise ValueError(key)
        record[key] = value
    return record


def create_flask_app() -> Flask:
    from flask import Flask, current_app, request

    app = Flask("orders")

    @app.errorhandler(APIError)
    def refuse(error: APIError) -> Any:
        text = json.dumps({"error": error.to_dict()})
        return current_app.response_class(text, error.status_code, mimetype="application/json")

    @app.route("/orders", methods=["POST"])
    def orders() -> Any:
        order = validate_order(load(request.content_type, request.get_data()))
        return json.dumps(order), 201, {"Content-Type": "application/json"}

    return app


def create_fastapi_app() -> FastAPI:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    class ASCII(JSONResponse):
        def render(self, content: Any) -> bytes:
            return json.dumps(content).encode()

    app = FastAPI()

    @app.exception_handler(APIError)
    async def refuse(_: Request, error: APIError) -> ASCII:
        return ASCII({"error": error.to_dict()}, error.status_code)

    async def orders(request: Request) -> ASCII:
        payload = load(request.headers.get("content-type"), await request.body())
        return ASCII(validate_order(payload), 201)

    app.add_route("/orders", orders, methods=["POST"])
    return app
