"""The examples of the statement."""

import pytest
from flask import Flask, request

from grader.given.errors import NotFoundError
from grader.testkit import call, expect, wsgi


@pytest.fixture
def client(solution):
    app = Flask("shop")
    call(solution.register_error_handlers, app)

    @app.get("/orders/<int:number>")
    def order(number):
        raise NotFoundError(f"There is no order {number}.", details={"number": number})

    @app.get("/divide")
    def divide():
        return str(int(request.args["a"]) / int(request.args["b"]))

    return wsgi.client(app)


def test_a_domain_error(client):
    response = client.get("/orders/17")

    error = {
        "code": "not_found",
        "message": "There is no order 17.",
        "details": {"number": 17},
    }
    expect("the status of GET /orders/17", response.status_code, 404)
    expect("its body", response.json, {"error": error})


def test_a_division_by_zero(client):
    response = client.get("/divide?a=10&b=0")

    expect("the status of GET /divide?a=10&b=0", response.status_code, 400)
    expect("the code", response.json["error"]["code"], "bad_request")


def test_an_error_of_the_router(client):
    response = client.post("/divide")

    found = (response.status_code, sorted(response.allow), response.json["error"]["code"])
    expect(
        "status, allowed methods and code of POST /divide",
        found,
        (405, ["GET", "HEAD", "OPTIONS"], "method_not_allowed"),
    )
