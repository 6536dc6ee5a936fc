"""What may come in, said by models."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StrictInt, StrictStr, ValidationError

from .errors import InvalidInput


def _at(text: str) -> str:
    if "@" not in text:
        raise ValueError("no @")
    return text


class NewUser(BaseModel):
    name: Annotated[StrictStr, Field(pattern=r"\S")]
    email: Annotated[StrictStr, AfterValidator(_at)] | None = None


class NewOrder(BaseModel):
    user_id: StrictInt
    amount: Annotated[StrictInt, Field(ge=0)] | None = None


def check_user(payload):
    return _check(NewUser, payload)


def check_order(payload):
    return _check(NewOrder, payload)


def check_page(query):
    limit, offset = query.get("limit", "20"), query.get("offset", "0")
    faults = {}
    if not re.fullmatch("0*([1-9][0-9]?|100)", limit):
        faults["limit"] = "value"
    if not re.fullmatch("[0-9]+", offset):
        faults["offset"] = "value"
    if faults:
        raise InvalidInput(faults)
    return int(limit), int(offset)


def is_whole(value):
    return type(value) is int


def _check(model: type[BaseModel], payload: Any):
    if not isinstance(payload, dict):
        raise InvalidInput({"body": "type"})
    try:
        return model.model_validate(payload).model_dump()
    except ValidationError as error:
        faults = {str(fault["loc"][0]): _word(fault["type"]) for fault in error.errors()}
        raise InvalidInput(faults) from None


def _word(kind: str) -> str:
    if kind == "missing":
        return "missing"
    return "type" if kind.endswith("_type") else "value"
