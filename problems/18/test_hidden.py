"""Hidden tests of 18 · Shared validation."""

import asyncio
import copy
import json
import math
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType

import pytest
from fastapi import FastAPI
from flask import Flask
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from grader.given.errors import ValidationError
from grader.testkit import Called, Mismatch, asgi, call, call_raising, expect, expect_that, wsgi
from grader.testkit.same import same
from grader.text import safe_repr

behaviour = pytest.mark.behaviour

JSON = "application/json"
# Stands for the message where an answer is not what was expected.
ANY_TEXT = "<any text>"
FLASK, FASTAPI = ("flask", "werkzeug"), ("fastapi", "starlette")


def order(**changes):
    """Return a valid order with changes; the value ``...`` takes a key out."""
    plain = {
        "user_id": 7,
        "amount": 19.5,
        "items": [{"sku": "tea", "quantity": 2}],
        "note": "ring twice",
    }
    return {key: value for key, value in (plain | changes).items() if value is not ...}


def item(**changes):
    plain = {"sku": "tea", "quantity": 2}
    return {key: value for key, value in (plain | changes).items() if value is not ...}


def body_of(payload):
    return json.dumps(payload).encode()


def error(code, *path):
    return {"path": list(path), "code": code}


def errors_of(solution, payload):
    """Return what validate_order finds wrong, as a value that can be checked."""
    raised = call_raising(ValidationError, solution.validate_order, payload)
    text = f"the details of the ValidationError for {safe_repr(payload)}"
    return Called(solution.validate_order, text, raised.details)


def has_error(solution, payload, code, *path):
    errors_of(solution, payload).gives({"errors": [error(code, *path)]})


def made(create, kind):
    """Return the app that a factory makes."""
    called = call(create)
    if not isinstance(called.value, kind):
        called.fail(f"an app of type {kind.__name__}")
    return called.value


class Apps:
    """Both apps of a solution, and a way to send the same bytes to each."""

    def __init__(self, solution, runner):
        self.flask = wsgi.client(made(solution.create_flask_app, Flask))
        self.fastapi = made(solution.create_fastapi_app, FastAPI)
        self._runner = runner

    def post(self, body, content_type=JSON):
        """Return the answers of Flask and of FastAPI: status and JSON."""
        return self.post_flask(body, content_type), self.post_fastapi(body, content_type)

    def post_flask(self, body, content_type=JSON):
        found = self.flask.post("/orders", data=body, content_type=content_type)
        read = read_answer(found.status_code, found.content_type, found.data)
        return Called(None, said("Flask", body, content_type), read)

    def post_fastapi(self, body, content_type=JSON):
        status, headers, content = self._runner.run(self._send(body, content_type))
        read = read_answer(status, headers.get("content-type"), content)
        return Called(None, said("FastAPI", body, content_type), read)

    async def _send(self, body, content_type):
        # By hand: a client needs twice the time of all the rest.
        headers = {} if content_type is None else {"content-type": content_type}
        request = asgi.open_request(self.fastapi, "POST", "/orders", headers=headers, body=body)
        async with request as exchange:
            start = await exchange.start()
            chunks = []
            while (chunk := await exchange.next_chunk()) is not None:
                chunks.append(chunk)
        return *start, b"".join(chunks)

    def accept(self, body, wanted, content_type=JSON):
        for answer in self.post(body, content_type):
            answer.gives((201, wanted))

    def refuse(self, body, status, code, content_type=JSON, *, errors=None):
        error = {"code": code, "details": None if errors is None else {"errors": errors}}
        for answer in self.post(body, content_type):
            wanted = status, {"error": {**error, "message": message_of(answer)}}
            if not same(answer.value, wanted):
                answer.gives((status, {"error": {**error, "message": ANY_TEXT}}))


def said(app, body, content_type):
    return f"POST /orders to {app}, {content_type or 'no content type'}: {safe_repr(body, 80)}"


def read_answer(status, content_type, content):
    """Return status and JSON; an answer that is no JSON is shown as it is."""
    try:
        if (content_type or "").partition(";")[0] == JSON:
            return status, json.loads(content.decode())
    except ValueError:
        pass
    return status, content_type, content


def message_of(answer):
    """Return the message of an answer if it is a text that says something."""
    match answer.value:
        case (_, {"error": {"message": str(message)}}) if message:
            return message
    return ANY_TEXT


def details_of(answer):
    """Return the details of an answer if it is an error; what else it is otherwise."""
    match answer.value:
        case (_, {"error": {"details": details}}):
            return details
    return answer.value


@pytest.fixture
def apps(solution):
    with asyncio.Runner() as runner:
        yield Apps(solution, runner)


@behaviour("valid-order")
def test_a_valid_order_comes_back_with_all_its_keys(solution):
    call(solution.validate_order, order()).gives(order())
    two = [item(), item(sku="milk", quantity=1)]
    call(solution.validate_order, order(items=two)).gives(order(items=two))
    call(solution.validate_order, order(note=...)).gives(order(note=None))


@behaviour("valid-order")
def test_limits_and_false_values_are_valid(solution):
    edge = order(user_id=1, amount=0, items=[item(quantity=1)], note="")
    call(solution.validate_order, edge).gives(edge)
    call(solution.validate_order, order(amount=-0.0)).gives(order(amount=-0.0))


@behaviour("valid-order")
def test_no_value_is_converted_or_trimmed(solution):
    plain = order(amount=20, items=[item(sku=" tea "), item(sku=" ")], note="  ")
    call(solution.validate_order, plain).gives(plain)


@behaviour("field-errors")
def test_a_required_key_that_is_left_out_is_missing(solution):
    for key in ("user_id", "amount", "items"):
        has_error(solution, order(**{key: ...}), "missing", key)


@behaviour("field-errors")
def test_a_null_is_an_error_of_its_own(solution):
    for key in ("user_id", "amount", "items"):
        has_error(solution, order(**{key: None}), "null", key)


@behaviour("field-errors")
def test_a_note_may_be_null_but_no_other_type(solution):
    call(solution.validate_order, order(note=None)).gives(order(note=None))
    has_error(solution, order(note=5), "type", "note")
    has_error(solution, order(note=False), "type", "note")


@behaviour("field-errors")
def test_numbers_below_the_minimum_are_errors(solution):
    has_error(solution, order(user_id=0), "minimum", "user_id")
    has_error(solution, order(user_id=-3), "minimum", "user_id")
    has_error(solution, order(amount=-0.01), "minimum", "amount")


@behaviour("field-errors")
def test_a_list_without_items_is_empty(solution):
    has_error(solution, order(items=[]), "empty", "items")


@behaviour("strict-types")
def test_a_text_is_no_number(solution):
    has_error(solution, order(user_id="7"), "type", "user_id")
    has_error(solution, order(amount="19.5"), "type", "amount")
    has_error(solution, order(amount=""), "type", "amount")


@behaviour("strict-types")
def test_a_boolean_is_no_number(solution):
    has_error(solution, order(user_id=True), "type", "user_id")
    has_error(solution, order(amount=False), "type", "amount")


@behaviour("strict-types")
def test_a_decimal_number_is_no_integer(solution):
    has_error(solution, order(user_id=7.0), "type", "user_id")
    has_error(solution, order(user_id=7.5), "type", "user_id")


@behaviour("strict-types")
def test_an_object_is_no_list_and_a_list_no_object(solution):
    has_error(solution, order(items={"sku": "tea", "quantity": 2}), "type", "items")
    has_error(solution, order(items={}), "type", "items")
    has_error(solution, order(items="tea"), "type", "items")


@behaviour("strict-types")
def test_a_payload_that_is_no_object_is_one_error(solution):
    for payload in ([], [order()], "order", "", 0, False):
        has_error(solution, payload, "type")


@behaviour("strict-types")
def test_a_null_payload_is_one_error(solution):
    has_error(solution, None, "null")


@behaviour("all-errors")
def test_every_wrong_field_is_reported_in_the_order_of_the_table(solution):
    found = errors_of(solution, {"note": 1, "items": None, "amount": -1})
    codes = [("missing", "user_id"), ("minimum", "amount"), ("null", "items"), ("type", "note")]
    found.gives({"errors": [error(*each) for each in codes]})


@behaviour("all-errors")
def test_unknown_keys_come_last_in_the_order_of_the_payload(solution):
    found = errors_of(solution, {"zip": 1, "User_id": 2, "colour": {}, "": 3} | order(note=5))
    wanted = [error("type", "note")]
    wanted += [error("unknown", key) for key in ("zip", "User_id", "colour", "")]
    found.gives({"errors": wanted})


@behaviour("all-errors")
def test_an_unknown_key_is_an_error_whatever_its_value(solution):
    for value in (None, ""):
        has_error(solution, order(zip=value), "unknown", "zip")
        has_error(solution, order(items=[item(size=value)]), "unknown", "items", 0, "size")


@behaviour("all-errors")
def test_each_item_is_checked_and_its_path_has_the_index(solution):
    items = [item(), item(sku=""), item(quantity=0), item(sku=3), item(quantity=True)]
    found = errors_of(solution, order(items=items))
    wanted = [
        error("empty", "items", 1, "sku"),
        error("minimum", "items", 2, "quantity"),
        error("type", "items", 3, "sku"),
        error("type", "items", 4, "quantity"),
    ]
    found.gives({"errors": wanted})


@behaviour("all-errors")
def test_the_errors_of_one_item_come_before_those_of_the_next(solution):
    items = [{"size": 1, "quantity": 0}, {"quantity": None}]
    found = errors_of(solution, order(items=items, note=4))
    wanted = [
        error("missing", "items", 0, "sku"),
        error("minimum", "items", 0, "quantity"),
        error("unknown", "items", 0, "size"),
        error("missing", "items", 1, "sku"),
        error("null", "items", 1, "quantity"),
        error("type", "note"),
    ]
    found.gives({"errors": wanted})


@behaviour("all-errors")
def test_an_item_that_is_no_object_is_one_error(solution):
    found = errors_of(solution, order(items=["tea", None, [], item()]))
    wanted = [error("type", "items", 0), error("null", "items", 1), error("type", "items", 2)]
    found.gives({"errors": wanted})


@behaviour("valid-order")
def test_the_payload_is_not_changed(solution):
    for payload in (order(note=...), order(note=..., extra=1, items=[item(sku=" "), 5])):
        before = copy.deepcopy(payload)
        with_errors = "extra" in payload
        if with_errors:
            call_raising(ValidationError, solution.validate_order, payload)
        else:
            call(solution.validate_order, payload)
        expect("the payload after validate_order", payload, before)
        expect("the order of its keys", list(payload), list(before))


@behaviour("valid-order")
def test_the_order_shares_nothing_with_the_payload(solution):
    payload = order()
    found = call(solution.validate_order, payload).value
    found["items"][0]["sku"] = "milk"
    found["items"].append(item())
    found["note"] = None
    expect("the payload after its order was changed", payload, order())


@behaviour("valid-order")
def test_a_second_call_is_not_answered_with_the_first_order(solution):
    found = call(solution.validate_order, order()).value
    found["items"][0]["sku"] = "milk"
    found["note"] = None
    call(solution.validate_order, order()).gives(order())


@behaviour("valid-order")
def test_errors_of_an_earlier_payload_are_forgotten(solution):
    has_error(solution, order(user_id=0), "minimum", "user_id")
    has_error(solution, order(amount=None), "null", "amount")
    call(solution.validate_order, order()).gives(order())


@behaviour("valid-order")
def test_what_earlier_calls_gave_stays_as_it_was(solution):
    found = call(solution.validate_order, order()).value
    raised = call_raising(ValidationError, solution.validate_order, order(user_id=0))
    call_raising(ValidationError, solution.validate_order, order(amount=None))
    call(solution.validate_order, order(note="later", items=[item(sku="milk")]))
    expect("the first order, after three more calls", found, order())
    wanted = {"errors": [error("minimum", "user_id")]}
    expect("the details of the first error, after two more calls", raised.details, wanted)


class Refusal(MetaPathFinder):
    """Refuses to import frameworks, and remembers who was asked for."""

    def __init__(self, roots):
        self.roots = roots
        self.asked = []

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] not in self.roots:
            return None
        self.asked.append(fullname)
        raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def loaded_without(solution, monkeypatch, *roots):
    """Return the solution, run anew where some modules are not installed, and the refusal."""
    for name in [name for name in sys.modules if name.partition(".")[0] in roots]:
        monkeypatch.delitem(sys.modules, name)
    refusal = Refusal(roots)
    monkeypatch.setattr(sys, "meta_path", [refusal, *sys.meta_path])
    path = Path(solution.__file__)
    module = ModuleType(solution.__name__)
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, solution.__name__, module)
    code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    try:
        exec(code, module.__dict__)
    except ImportError as error:
        if not refusal.asked:
            raise
        found = f"an import of {refusal.asked[0]}"
        wanted = f"a file that can be imported without {' and '.join(roots)}"
        raise Mismatch(f"Checked    your file\nFound      {found}\nExpected   {wanted}") from error
    return module, refusal


@behaviour("no-framework")
def test_the_core_works_where_no_framework_is_installed(solution, monkeypatch):
    module, refusal = loaded_without(solution, monkeypatch, *FLASK, *FASTAPI)
    call(module.validate_order, order()).gives(order())
    has_error(module, order(items="tea"), "type", "items")
    expect("what your file and validate_order tried to import", refusal.asked, [])


@behaviour("no-framework")
def test_the_flask_app_works_without_fastapi(solution, monkeypatch):
    module, _ = loaded_without(solution, monkeypatch, *FASTAPI)
    client = wsgi.client(made(module.create_flask_app, Flask))
    found = client.post("/orders", data=body_of(order()), content_type=JSON)
    expect("the order that the Flask app answered", found.json, order())


@behaviour("no-framework")
async def test_the_fastapi_app_works_without_flask(solution, monkeypatch):
    module, _ = loaded_without(solution, monkeypatch, *FLASK)
    async with asgi.client(made(module.create_fastapi_app, FastAPI)) as client:
        headers = {"content-type": JSON}
        found = await client.post("/orders", content=body_of(order()), headers=headers)
    expect("the order that the FastAPI app answered", found.json(), order())


@behaviour("answers-created")
def test_both_apps_answer_a_valid_order_with_201(apps):
    apps.accept(body_of(order()), order())
    apps.accept(body_of(order(note=..., amount=3)), order(note=None, amount=3))
    many = order(items=[item()] * 150)
    apps.accept(body_of(many), many)


@behaviour("answers-created")
def test_a_valid_order_is_answered_after_a_refused_one(apps):
    for refused in (b"{}", b"[1", b'{"amount": 1}'):
        apps.post(refused)
        apps.accept(body_of(order()), order())


@behaviour("answers-invalid")
def test_invalid_fields_are_a_422_with_all_errors(apps):
    payload = {"items": [{"sku": None}], "amount": "19.5", "zip": 1}
    wanted = [
        error("missing", "user_id"),
        error("type", "amount"),
        error("null", "items", 0, "sku"),
        error("missing", "items", 0, "quantity"),
        error("unknown", "zip"),
    ]
    apps.refuse(body_of(payload), 422, "invalid", errors=wanted)


@behaviour("answers-invalid")
def test_a_body_of_null_is_a_422(apps):
    apps.refuse(b" null\n", 422, "invalid", errors=[error("null")])


@behaviour("answers-invalid")
def test_json_that_is_no_object_is_a_422(apps):
    for body in (b"[]", b"[1]", b'"order"', b"0", b"false", b'""'):
        apps.refuse(body, 422, "invalid", errors=[error("type")])


@behaviour("answers-invalid")
def test_an_empty_object_is_a_422(apps):
    wanted = [error("missing", key) for key in ("user_id", "amount", "items")]
    apps.refuse(b"{}", 422, "invalid", errors=wanted)


@behaviour("content-types")
def test_json_is_read_whatever_its_parameters(apps):
    for content_type in (
        JSON,
        "Application/JSON",
        "application/json ; charset=utf-8",
        "application/json;v=2",
    ):
        apps.accept(body_of(order()), order(), content_type)


@behaviour("content-types")
def test_vendor_types_that_end_in_json_are_read(apps):
    for content_type in ("application/vnd.shop.order+json", "application/problem+JSON; v=1"):
        apps.accept(body_of(order()), order(), content_type)


@behaviour("content-types")
def test_a_missing_content_type_is_a_415(apps):
    for content_type in (None, ""):
        apps.refuse(body_of(order()), 415, "unsupported_media_type", content_type)


@behaviour("content-types")
def test_another_content_type_is_a_415(apps):
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/json5",
        "application/xjson",
    ):
        apps.refuse(body_of(order()), 415, "unsupported_media_type", content_type)


@behaviour("content-types")
def test_only_application_types_are_json(apps):
    for content_type in ("text/json", "image/x+json", "text/plain; a=+json"):
        apps.refuse(body_of(order()), 415, "unsupported_media_type", content_type)


@behaviour("content-types")
def test_the_content_type_is_looked_at_before_the_body(apps):
    for body in (b"", b"{", b"null", b"\xff"):
        apps.refuse(body, 415, "unsupported_media_type", "text/plain")


@behaviour("unreadable")
def test_an_empty_body_is_a_400(apps):
    for body in (b"", b" \n"):
        apps.refuse(body, 400, "bad_request")


@behaviour("unreadable")
def test_broken_json_is_a_400(apps):
    for body in (b"{", b"user_id=7", b"{'user_id': 7}", b"{} {}", b'{"a": 1,}'):
        apps.refuse(body, 400, "bad_request")


@behaviour("unreadable")
def test_blanks_that_json_does_not_know_are_a_400(apps):
    for body in (b"\x0cnull", b"null\x0b", "\u3000null\u00a0".encode()):
        apps.refuse(body, 400, "bad_request")


@behaviour("unreadable")
def test_a_control_character_in_a_text_must_be_escaped(apps):
    for body in (b'"ring\ntwice"', body_of(order()).replace(b"ring ", b"ring\t")):
        apps.refuse(body, 400, "bad_request")


@behaviour("unreadable")
def test_a_body_that_is_not_utf_8_is_a_400(apps):
    apps.refuse(b'{"note": "\xff"}', 400, "bad_request")
    apps.refuse(
        json.dumps(order(note="café"), ensure_ascii=False).encode("latin-1"), 400, "bad_request"
    )


@behaviour("unreadable")
def test_other_encodings_of_unicode_are_not_guessed(apps):
    apps.refuse(b'"\xed\xa0\x80"', 400, "bad_request")
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        apps.refuse(json.dumps(order()).encode(encoding), 400, "bad_request")


@behaviour("strict-json")
def test_nan_and_infinity_are_no_json(apps):
    for word in ("NaN", "Infinity", "-Infinity"):
        apps.refuse(body_of(order()).replace(b"19.5", word.encode()), 400, "bad_request")
        apps.refuse(f'{{"x": [{word}]}}'.encode(), 400, "bad_request")


@behaviour("strict-json")
def test_a_number_too_large_for_a_float_is_a_400(apps):
    for number in ("1e400", "-1e400"):
        apps.refuse(body_of(order()).replace(b"19.5", number.encode()), 400, "bad_request")
        apps.refuse(f'{{"x": [{number}]}}'.encode(), 400, "bad_request")


@behaviour("strict-json")
def test_an_integer_of_too_many_digits_is_a_400(apps):
    apps.refuse(body_of(order()).replace(b"19.5", b"9" * 4301), 400, "bad_request")


@behaviour("strict-json")
def test_a_key_that_occurs_twice_is_a_400(apps):
    for body in (b'{"user_id": 1, "user_id": 1}', rb'{"a": 1, "\u0061": 2}'):
        apps.refuse(body, 400, "bad_request")


@behaviour("strict-json")
def test_a_key_that_occurs_twice_further_inside_is_a_400(apps):
    apps.refuse(b'{"items": [{"sku": "a", "sku": "b"}]}', 400, "bad_request")


@behaviour("strict-json")
def test_a_hundred_thousand_levels_are_a_400(apps):
    for opening in ("[", '{"a":'):
        apps.refuse((opening * 100_000).encode(), 400, "bad_request")


@behaviour("exact-values")
def test_texts_of_every_script_come_back_as_they_were(apps):
    text = "Grüße, cafe\u0301, 東京 \U0001f375 \u2028 \x00 <b>&amp;\\"
    apps.accept(json.dumps(order(note=text), ensure_ascii=False).encode(), order(note=text))
    apps.accept(body_of(order(note=text)), order(note=text))


@behaviour("exact-values")
def test_what_looks_like_json_in_a_text_is_text(apps):
    words = order(note="NaN, Infinity, 1e400, [[[[")
    apps.accept(body_of(words), words)
    brackets = order(note="[" * 20_000)
    apps.accept(body_of(brackets), brackets)


@behaviour("exact-values")
def test_half_a_surrogate_pair_comes_back_as_it_was(apps):
    apps.accept(body_of(order(note="\ud83c")), order(note="\ud83c"))
    for answer in apps.post(body_of(order() | {"\udf75": 1})):
        found = details_of(answer)
        expect(f"the details of {answer.text}", found, {"errors": [error("unknown", "\udf75")]})


@behaviour("exact-values")
def test_large_integers_come_back_exact(apps):
    for number in (2**53 + 1, 2**64, 10**4299):
        apps.accept(
            body_of(order(user_id=number, amount=number)), order(user_id=number, amount=number)
        )


@behaviour("exact-values")
def test_a_charset_in_the_content_type_changes_nothing(apps):
    body = json.dumps(order(note="café"), ensure_ascii=False).encode()
    apps.accept(body, order(note="café"), "application/json; charset=latin-1")


# Lists to choose from: st.text() and st.floats() cost more than all the rest together.
TEXTS = st.sampled_from(["", "7", "1e3", " ", "tea", "東京", "\x00"])
NUMBERS = st.sampled_from([0, 1, -2, 2**64, 0.5, 7.0, -0.0, 1e300, math.inf, math.nan])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.just({}))
ITEMS = st.lists(
    st.fixed_dictionaries({}, optional={"sku": SCALARS, "quantity": SCALARS, "x": SCALARS}),
    max_size=2,
)
PAYLOADS = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "user_id": st.integers(0, 9) | VALUES,
            "amount": st.integers(0, 9) | VALUES,
            "items": ITEMS | VALUES,
            "note": TEXTS | VALUES,
            "zip": SCALARS,
        },
    ),
    VALUES,
)
CONTENT_TYPES = st.sampled_from([JSON] * 6 + [None, "", "text/plain", "application/a+json"])


@st.composite
def damaged_bodies(draw):
    """Return the bytes of a valid order, some of them replaced."""
    body = body_of(order())
    start = draw(st.integers(0, len(body)))
    length = draw(st.integers(0, 4))
    return body[:start] + draw(st.binary(max_size=2)) + body[start + length :]


BODIES = st.one_of(PAYLOADS.map(body_of), damaged_bodies(), st.binary(max_size=6))


def same_answer(apps, body, content_type=JSON):
    """Fail unless both apps give the same JSON answer."""
    flask, fastapi = apps.post(body, content_type)
    for answer in (flask, fastapi):
        is_json = len(answer.value) == 2
        expect_that(f"the answer to {answer.text}", is_json, answer.value, "status and JSON")
    fastapi.gives(flask.value)


@behaviour("parity")
@given(body=BODIES, content_type=CONTENT_TYPES)
@example(body=b"\xff", content_type=JSON)
@example(body=b"null", content_type=JSON)
@settings(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_both_apps_give_the_same_answer_to_any_body(apps, body, content_type):
    same_answer(apps, body, content_type)


@behaviour("parity")
def test_both_apps_say_the_same_of_an_unreadable_body(apps):
    for body in (b"", b"{", b"\xff", b"NaN", b'{"a": 1, "a": 2}', b"9" * 5000, b"[" * 100_000):
        same_answer(apps, body)


@behaviour("parity")
def test_both_apps_say_the_same_of_an_invalid_body(apps):
    for body in (b"null", b"[]", b"{}", body_of(order(user_id="7", zip=1))):
        same_answer(apps, body)


@behaviour("parity")
def test_both_apps_say_the_same_of_another_content_type(apps):
    for content_type in (None, "", "text/plain", "text/json"):
        same_answer(apps, body_of(order()), content_type)
