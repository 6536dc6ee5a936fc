"""The statement's examples of 20 · Service layer; worth no points."""

import asyncio

from grader.given.live_data import orders, users
from grader.testkit import asgi, call, call_raising, expect, wsgi
from grader.testkit.package import part

HEADERS = {"Authorization": "Bearer s3cret"}


def service_of(solution):
    repository = part(solution, "core.models").MemoryRepository(users(), orders())
    return part(solution, "core.services").Service(repository)


def test_the_core_knows_the_rules(solution):
    service = service_of(solution)
    errors = part(solution, "core.errors")

    call(service.create_user, {"name": "Wim"}).gives({"id": 5, "name": "Wim", "email": None})
    call(service.get_user, 3).gives({"id": 3, "name": "Sara", "email": None})
    error = call_raising(errors.InvalidInput, service.create_order, {"user_id": 1, "amount": -3})
    expect("error.details", error.details, {"amount": "value"})


def test_the_flask_app_answers(solution):
    create_app = part(solution, "flask_app.app").create_app
    client = wsgi.client(create_app(token="s3cret"))

    answer = client.get("/users/3", headers=HEADERS)
    expect("GET /users/3", (answer.status_code, answer.json), SARA)


def test_the_fastapi_app_answers(solution):
    create_app = part(solution, "fastapi_app.main").create_app

    async def main():
        async with asgi.client(create_app(token="s3cret")) as client:
            return await client.get("/users/3", headers=HEADERS)

    answer = asyncio.run(main())
    expect("GET /users/3", (answer.status_code, answer.json()), SARA)


SARA = (200, {"id": 3, "name": "Sara", "email": None})
