"""The examples of the statement."""

from grader.given.errors import ValidationError
from grader.testkit import call, call_raising, expect, wsgi


def test_a_valid_order(solution):
    order = {"user_id": 3, "amount": 40, "items": [{"sku": "pen", "quantity": 4}]}
    call(solution.validate_order, order).gives(order | {"note": None})


def test_four_errors_of_one_order(solution):
    payload = {"user_id": "3", "items": [{"sku": "pen"}], "colour": "red"}
    error = call_raising(ValidationError, solution.validate_order, payload)
    wanted = [
        {"path": ["user_id"], "code": "type"},
        {"path": ["amount"], "code": "missing"},
        {"path": ["items", 0, "quantity"], "code": "missing"},
        {"path": ["colour"], "code": "unknown"},
    ]
    expect("the details of the error", error.details, {"errors": wanted})


def test_a_body_that_cannot_be_read(solution):
    shop = wsgi.client(call(solution.create_flask_app).value)
    answer = shop.post("/orders", data=b"[1, 2", content_type="application/json")
    expect("the status of the Flask app", answer.status_code, 400)
    expect("the code of the error", answer.json["error"]["code"], "bad_request")


def test_a_body_that_is_invalid(solution):
    shop = wsgi.client(call(solution.create_flask_app).value)
    answer = shop.post("/orders", data=b"[1, 2]", content_type="application/vnd.shop+json")
    expect("the status of the Flask app", answer.status_code, 422)
    wanted = {"errors": [{"path": [], "code": "type"}]}
    expect("the details of the error", answer.json["error"]["details"], wanted)
