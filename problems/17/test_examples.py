"""The examples of the statement."""

import asyncio

import pytest
from fastapi import FastAPI

from grader.given.errors import NotFoundError
from grader.testkit import call, expect
from grader.testkit.asgi import client


@pytest.fixture
def app(solution):
    app = FastAPI()

    @app.get("/books/{number}")
    async def read_book(number: int):
        if number == 0:
            raise NotFoundError("There is no such book.", details={"number": number})
        return {"shelf": 100 // (number - 1)}

    @app.get("/broken")
    async def broken():
        raise RuntimeError("password of the database: 1234")

    call(solution.install_error_handling, app)
    return app


def get(app, path):
    async def main():
        async with client(app) as http:
            return await http.get(path, headers={"X-Request-ID": "req-1"})

    return asyncio.run(main())


def test_an_error_of_the_hierarchy(app):
    answer = get(app, "/books/0")
    expect("the status", answer.status_code, 404)
    error = {"code": "not_found", "message": "There is no such book.", "details": {"number": 0}}
    expect("the body", answer.json(), {"error": error})
    expect("X-Request-ID", answer.headers["x-request-id"], "req-1")


def test_a_division_by_zero(app):
    answer = get(app, "/books/1")
    error = {"code": "bad_request", "message": "The request could not be read.", "details": None}
    expect("the status and body", (answer.status_code, answer.json()), (400, {"error": error}))


def test_an_error_that_nobody_expected(app):
    answer = get(app, "/broken")
    error = {"code": "internal_error", "message": "An internal error occurred.", "details": None}
    expect("the status and body", (answer.status_code, answer.json()), (500, {"error": error}))


def test_a_path_that_is_not_valid(app):
    fields = get(app, "/books/first").json()["error"]["details"]["fields"]
    expect("the paths", [field["path"] for field in fields], [["path", "number"]])
