"""Hidden tests of 17 · FastAPI exception middleware."""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route, Router

from grader.given.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDenied,
    RateLimitError,
    ValidationError,
)
from grader.testkit import Mismatch, call, expect, expect_that, lines
from grader.testkit.asgi import http_scope, lifespan_scope, open_request, play, websocket_scope
from grader.testkit.leftovers import expect_dead, watch
from grader.testkit.liveness import Rendezvous

behaviour = pytest.mark.behaviour

# Only bounds how long wrong solutions hang.
PATIENCE = 2.0

INTERNAL = {"code": "internal_error", "message": APIError.default_message, "details": None}
DIVISION = {"code": "bad_request", "message": BadRequestError.default_message, "details": None}


class SoldOut(ConflictError):
    """An error of the application's own, below one of the hierarchy."""

    code = "sold_out"


class PaymentNeeded(APIError):
    """An error of the application's own, with a status of its own."""

    status_code = 402
    code = "pay_first"
    default_message = "Pay first."


class WarehouseDown(APIError):
    """A server's error of the application's own."""

    status_code = 503
    code = "warehouse_down"


class Broken(Exception):
    """An error that no handler knows."""


class Item(BaseModel):
    """A model of the application."""

    price: float = Field(gt=0)


class Basket(BaseModel):
    """A model with models in it."""

    owner: str
    items: list[Item]


# --- Helpers ----------------------------------------------------------------------------------


class Log:
    """A logger, and the records that it was given."""

    def __init__(self):
        self.records = []
        self.logger = logging.Logger("handed in")
        self.logger.addHandler(self._handler())

    def _handler(self):
        handler = logging.Handler()
        handler.emit = self.records.append
        return handler

    @contextmanager
    def at_the_root(self) -> Iterator[None]:
        """Take the records that reach the root as well."""
        root, handler = logging.getLogger(), self._handler()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.setLevel(level)
            root.removeHandler(handler)

    @property
    def errors(self):
        return [record for record in self.records if record.levelno >= logging.ERROR]

    def expect_errors(self, what, *errors):
        """Fail unless the errors, and no others, were logged once each with their traceback."""
        found = [(record.levelname, shown(record)) for record in self.errors]
        expect(f"(level, error of exc_info) {what}", found, [("ERROR", repr(e)) for e in errors])
        for record, error in zip(self.errors, errors, strict=True):
            is_it = record.exc_info[1] is error and record.exc_info[2] is not None
            expect_that(f"exc_info {what}", is_it, record.exc_info, "that error and its traceback")


def shown(record):
    return repr(record.exc_info[1]) if record.exc_info else f"no exc_info: {record.getMessage()}"


class Answer(NamedTuple):
    """What an application answered, and what it raised at last."""

    called: str
    status: int
    headers: httpx.Headers
    body: bytes
    error: BaseException | None

    def expect_status(self, status):
        expect(f"the status of {self.called}", self.status, status)

    def expect_header(self, name, value):
        expect(f"{name} of {self.called}", self.headers.get(name), value)

    def expect_json_type(self):
        kind = self.headers.get("content-type", "")
        is_json = kind.partition(";")[0].strip() == "application/json"
        expect_that(f"content-type of {self.called}", is_json, kind, "'application/json'")

    def document(self):
        """Return the body, which has to be JSON of the right content type."""
        self.expect_json_type()
        try:
            return json.loads(self.body, parse_constant=self._refuse)
        except ValueError:
            raise Mismatch(
                lines(Called=self.called, Returned=repr(self.body), Expected="a body of JSON")
            ) from None

    def _refuse(self, name):
        raise Mismatch(lines(Called=self.called, Found=name, Expected="JSON, which has no " + name))

    def expect_error(self, status, error):
        self.expect_status(status)
        expect(f"the body of {self.called}", self.document(), {"error": error})

    def expect_code(self, status, code):
        """Fail unless it is an error of that code, without details, with any message."""
        self.expect_status(status)
        error = self.document().get("error")
        message = error.get("message") if isinstance(error, dict) else None
        is_text = isinstance(message, str) and message
        expect_that(f"the message of {self.called}", is_text, error, "a text that is not empty")
        expected = {"code": code, "message": message, "details": None}
        expect(f"the error of {self.called}", error, expected)

    def expect_nothing_of(self, *words):
        """Fail if one of the words is in the body or in a header."""
        shown_text = f"{self.headers.multi_items()} {self.body!r}".lower()
        for word in words:
            found = f"{word!r} in {shown_text}"
            what = f"the answer to {self.called}"
            expect_that(what, word.lower() not in shown_text, found, "nothing of the error")


async def ask(app, method, path, **options):
    """Return the answer to one request."""
    async with open_request(app, method, path, **options) as exchange:
        status, headers = await exchange.start()
        body = b""
        while chunk := await exchange.next_chunk():
            body += chunk
        error = await exchange.finish()
    return Answer(f"{method} {path}", status, headers, body, error)


def get(app, path="/", method="GET", **options):
    return asyncio.run(ask(app, method, path, **options))


def new_app(**options):
    # Without the pages of documentation, which take their time.
    return FastAPI(openapi_url=None, **options)


def install(solution, app, log=None):
    """Install the handling, by default with a logger that nobody reads."""
    call(solution.install_error_handling, app, logger=(log or Log()).logger)
    return app


def failing(solution, error, log=None, **options):
    """Return an app whose endpoint at / raises ``error``."""
    app = new_app(**options)

    @app.api_route("/", methods=["GET", "HEAD"])
    async def fail():
        raise error

    return install(solution, app, log)


# --- The errors of the hierarchy --------------------------------------------------------------


@behaviour("domain")
@pytest.mark.parametrize("kind", [NotFoundError, PermissionDenied, RateLimitError, ValidationError])
def test_an_error_of_the_hierarchy_answers_with_what_it_says(solution, kind):
    error = kind("Not for you, Žofie ✓", details={"user": 7, "names": ["Žofie"]})
    get(failing(solution, error)).expect_error(kind.status_code, error.to_dict())


@behaviour("domain")
@pytest.mark.parametrize("kind", [APIError, AuthenticationError])
def test_message_and_details_that_were_not_given_are_the_default_and_null(solution, kind):
    expected = {"code": kind.code, "message": kind.default_message, "details": None}
    get(failing(solution, kind())).expect_error(kind.status_code, expected)
    empty = {**expected, "details": {}}
    get(failing(solution, kind(details={}))).expect_error(kind.status_code, empty)


@behaviour("domain")
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(SoldOut("gone"), 409, "sold_out"), (PaymentNeeded("gone"), 402, "pay_first")],
    ids=["SoldOut", "PaymentNeeded"],
)
def test_an_own_subclass_answers_with_its_own_status_and_code(solution, error, status, code):
    expected = {"code": code, "message": "gone", "details": None}
    get(failing(solution, error)).expect_error(status, expected)


@behaviour("domain")
def test_errors_of_plain_functions_and_dependencies_are_answered_too(solution):
    def refuse():
        raise PermissionDenied("no entry")

    app = new_app()

    @app.get("/plain")
    def plain():
        raise NotFoundError("no page")

    app.get("/guarded", dependencies=[Depends(refuse)])(lambda: "in")
    install(solution, app)
    get(app, "/plain").expect_error(404, NotFoundError("no page").to_dict())
    get(app, "/guarded").expect_error(403, PermissionDenied("no entry").to_dict())


# --- Division by zero -------------------------------------------------------------------------


def divider(solution, log=None):
    app = new_app()

    @app.get("/divide")
    async def divide(a: int, b: int):
        return a / b

    return install(solution, app, log)


@behaviour("division")
def test_a_division_by_zero_is_a_bad_request(solution):
    answer = get(divider(solution), "/divide?a=10&b=0")
    answer.expect_error(400, DIVISION)
    answer.expect_nothing_of("division", "zero")


@behaviour("division")
def test_a_subclass_of_zero_division_error_is_a_division_by_zero_too(solution):
    app = new_app()

    @app.get("/decimals")
    async def divide():
        return Decimal(10) / Decimal(0)

    get(install(solution, app), "/decimals").expect_error(400, DIVISION)


@behaviour("division")
def test_a_division_by_zero_is_logged_as_a_warning(solution):
    log = Log()
    get(divider(solution, log), "/divide?a=10&b=0")
    found = [record.levelname for record in log.records if record.levelno >= logging.WARNING]
    expect("the levels logged for GET /divide?a=10&b=0, from WARNING up", found, ["WARNING"])


# --- Unknown errors ---------------------------------------------------------------------------


@behaviour("unknown")
@pytest.mark.parametrize("kind", [Broken, ValueError, OverflowError, FileNotFoundError])
def test_any_other_error_is_a_500_that_tells_nothing(solution, kind):
    answer = get(failing(solution, kind("s3cret of db-7")))
    answer.expect_error(500, INTERNAL)
    answer.expect_nothing_of("s3cret", kind.__name__, "Traceback")


@behaviour("unknown")
def test_a_return_value_that_does_not_fit_is_an_error_of_the_server(solution):
    app = new_app()

    @app.get("/", response_model=Item)
    async def read():
        return {"price": "s3cret"}

    answer = get(install(solution, app))
    answer.expect_error(500, INTERNAL)
    answer.expect_nothing_of("s3cret", "price")


@behaviour("unknown")
def test_a_model_that_an_endpoint_fails_to_make_is_an_error_of_the_server(solution):
    app = new_app()

    @app.get("/")
    async def read():
        return Item(price="s3cret")

    answer = get(install(solution, app))
    answer.expect_error(500, INTERNAL)
    answer.expect_nothing_of("s3cret", "price")


@behaviour("unknown")
def test_debug_mode_tells_no_more(solution):
    answer = get(failing(solution, Broken("s3cret"), debug=True), headers={"accept": "text/html"})
    answer = answer._replace(called="GET / with FastAPI(debug=True)")
    answer.expect_error(500, INTERNAL)
    answer.expect_nothing_of("s3cret", "Broken", "Traceback")


@behaviour("unknown")
def test_an_error_that_was_answered_is_not_raised_again(solution):
    answer = get(failing(solution, Broken("s3cret")))
    answer.expect_status(500)
    expect("what the app raised after its answer", repr(answer.error), "None")


@behaviour("unknown")
def test_other_requests_change_nothing(solution):
    app = new_app()
    app.get("/well")(lambda: "well")

    async def main():
        has_begun, may_fail = asyncio.Event(), asyncio.Event()

        @app.get("/")
        async def fail():
            has_begun.set()
            await may_fail.wait()
            raise Broken("s3cret")

        install(solution, app)
        failing = asyncio.create_task(ask(app, "GET", "/"))
        await asyncio.wait_for(has_begun.wait(), PATIENCE)
        (await ask(app, "GET", "/well")).expect_status(200)
        may_fail.set()
        return await failing

    called = "GET /, which fails after another request was answered"
    asyncio.run(main())._replace(called=called).expect_error(500, INTERNAL)


@behaviour("unknown")
def test_nothing_is_kept_of_an_error_that_was_answered(solution):
    app, refs = new_app(), []

    def watched():
        error = Broken("s3cret")
        refs.extend(watch(error))
        return error

    @app.get("/")
    async def fail():
        raise watched()

    silent = logging.Logger("silent", logging.CRITICAL)
    call(solution.install_error_handling, app, logger=silent)
    get(app).expect_status(500)
    expect("the errors raised", len(refs), 1)
    expect_dead(refs, "what is alive after the answer to GET /")


@behaviour("unknown")
def test_the_middleware_answers_for_any_asgi_app(solution):
    async def raw(scope, receive, send):
        raise Broken("s3cret")

    answer = get(call(solution.ErrorMiddleware, raw, logger=Log().logger).value)
    answer.expect_error(500, INTERNAL)


# --- The log ----------------------------------------------------------------------------------


@behaviour("log")
@pytest.mark.parametrize("kind", [Broken, APIError, WarehouseDown])
def test_an_error_of_the_server_is_logged_once_with_its_traceback(solution, kind):
    log, others, error = Log(), Log(), kind("s3cret")
    app = failing(solution, error, log)
    with others.at_the_root():
        get(app)
    log.expect_errors(f"on the logger that was handed in, for {error!r}", error)
    others.expect_errors(f"on other loggers, for {error!r}")


@behaviour("log")
def test_without_a_logger_the_log_reaches_the_root(solution):
    log, error, app = Log(), Broken("s3cret"), new_app()

    @app.get("/")
    async def fail():
        raise error

    call(solution.install_error_handling, app)
    with log.at_the_root():
        get(app)
    log.expect_errors("that reached the root", error)


@behaviour("log")
@pytest.mark.parametrize(
    "error",
    [NotFoundError("no"), PaymentNeeded(), HTTPException(403)],
    ids=lambda e: type(e).__name__,
)
def test_errors_of_the_client_are_not_logged_as_errors(solution, error):
    log = Log()
    app = failing(solution, error, log)
    with log.at_the_root():
        get(app)
        get(app, "/nowhere")
        get(app, method="PUT")
    log.expect_errors(f"logged for {error!r}, 404 and 405")


# --- Errors of the framework ------------------------------------------------------------------


@behaviour("framework")
def test_what_the_router_refuses_is_answered_in_the_envelope(solution):
    app = failing(solution, Broken("s3cret"))
    get(app, "/nowhere").expect_code(404, "not_found")
    answer = get(app, "/", method="DELETE")
    answer.expect_code(405, "method_not_allowed")
    allowed = sorted((answer.headers.get("allow") or "").replace(" ", "").split(","))
    expect(f"Allow of {answer.called}", allowed, ["GET", "HEAD"])


@behaviour("framework")
@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (HTTPException, 401, "unauthenticated"),
        (HTTPException, 410, "gone"),
        (StarletteHTTPException, 500, "internal_error"),
        (StarletteHTTPException, 503, "service_unavailable"),
    ],
    ids=["401", "410", "500", "503"],
)
def test_an_http_exception_has_the_code_of_its_status(solution, kind, status, code):
    get(failing(solution, kind(status))).expect_code(status, code)


@behaviour("framework")
@pytest.mark.parametrize("detail", [{"until": 1999}, ["a", "b"], ""])
def test_the_message_is_a_text_whatever_the_detail_is(solution, detail):
    get(failing(solution, HTTPException(410, detail))).expect_code(410, "gone")


@behaviour("framework")
@pytest.mark.parametrize(
    ("status", "code", "name", "value"),
    [
        (429, "rate_limited", "Retry-After", "30"),
        (401, "unauthenticated", "WWW-Authenticate", "Bearer"),
    ],
)
def test_the_headers_of_an_http_exception_are_kept(solution, status, code, name, value):
    answer = get(failing(solution, HTTPException(status, headers={name: value})))
    answer.expect_code(status, code)
    answer.expect_header(name, value)


@behaviour("framework")
@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_gets_none(solution, status):
    answer = get(failing(solution, HTTPException(status, headers={"ETag": '"7"'})))
    answer.expect_status(status)
    answer.expect_header("ETag", '"7"')
    expect(f"the body of a {status}", answer.body, b"")


@behaviour("framework")
@pytest.mark.parametrize(
    ("error", "status"),
    [(NotFoundError("no"), 404), (HTTPException(429), 429), (Broken("no"), 500)],
    ids=["NotFoundError", "HTTPException", "Broken"],
)
def test_a_head_request_gets_status_and_headers_without_a_body(solution, error, status):
    answer = get(failing(solution, error), method="HEAD")
    answer.expect_status(status)
    answer.expect_json_type()
    expect("the body of HEAD /", answer.body, b"")


@behaviour("framework")
def test_a_head_request_that_is_not_valid_gets_no_body_either(solution):
    app = new_app()

    @app.head("/")
    async def read(limit: int): ...

    answer = get(install(solution, app), "/?limit=many", method="HEAD")
    answer.expect_status(422)
    answer.expect_json_type()
    expect(f"the body of {answer.called}", answer.body, b"")


# --- Validation -------------------------------------------------------------------------------


def shop(solution, log=None):
    app = new_app()

    @app.post("/baskets")
    async def add(basket: Basket, limit: int = 5):
        return basket

    return install(solution, app, log)


def post(app, path, document, content_type="application/json"):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return get(app, path, "POST", body=body, headers={"content-type": content_type})


def expect_paths(answer, *paths):
    """Fail unless the answer is a 422 that names the paths, each with a message."""
    answer.expect_status(422)
    error = answer.document().get("error")
    try:
        fields = error["details"]["fields"]
        found = [field["path"] for field in fields]
        messages = [field["message"] for field in fields]
    except (KeyError, TypeError):
        raise Mismatch(
            lines(Called=answer.called, Returned=repr(error), Expected="paths and messages")
        ) from None
    expect(f"the paths of {answer.called}", found, [*paths])
    are_texts = all(isinstance(message, str) and message for message in messages)
    expect_that(f"the messages of {answer.called}", are_texts, messages, "texts, none empty")
    head = {key: value for key, value in error.items() if key != "details"}
    expected = {"code": "invalid", "message": ValidationError.default_message}
    expect(f"the rest of the error of {answer.called}", head, expected)


@behaviour("validation")
def test_a_query_that_is_not_valid_is_a_422_with_its_path(solution):
    document = {"owner": "ann", "items": []}
    answer = post(shop(solution), "/baskets?limit=many", document)
    expect_paths(answer, ["query", "limit"])


@behaviour("validation")
def test_every_field_is_named_with_indexes_as_numbers(solution):
    document = {"items": [{"price": 1}, {"price": "free"}, {}]}
    answer = post(shop(solution), "/baskets?limit=many", document)
    body = [["owner"], ["items", 1, "price"], ["items", 2, "price"]]
    expect_paths(answer, ["query", "limit"], *(["body", *path] for path in body))


@behaviour("validation")
def test_a_number_that_is_not_a_number_does_no_harm(solution):
    document = {"owner": "ann", "items": [{"price": float("nan")}]}
    expect_paths(post(shop(solution), "/baskets", document), ["body", "items", 0, "price"])


@behaviour("validation")
def test_bytes_that_are_no_text_do_no_harm(solution):
    answer = post(shop(solution), "/baskets", b"\xff\xfe\x00", "application/octet-stream")
    expect_paths(answer, ["body"])


@behaviour("validation")
def test_a_request_that_is_not_valid_is_not_logged_as_an_error(solution):
    log = Log()
    answer = post(shop(solution, log), "/baskets?limit=many", {"owner": "ann", "items": []})
    answer.expect_status(422)
    log.expect_errors(f"logged for {answer.called}")


# --- Details ----------------------------------------------------------------------------------


class Token:
    def __str__(self):
        return "token 7"


@behaviour("details")
@pytest.mark.parametrize(
    "value",
    [Decimal("9.90"), datetime(2024, 5, 6, 7, 8), date(2024, 5, 6), {7}, Token(), b"raw \xff"],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_is_no_json_appears_as_its_text(solution, value):
    answer = get(failing(solution, ConflictError("no", details={"value": value, "more": 1})))
    expected = {"code": "conflict", "message": "no", "details": {"value": str(value), "more": 1}}
    answer.expect_error(409, expected)


@behaviour("details")
def test_values_at_every_depth_appear_as_their_texts(solution):
    details = {"rows": [{"sum": Decimal("1.5")}, (Decimal("2.5"), None)], "is_new": True}
    answer = get(failing(solution, ConflictError("no", details=details)))
    expected = {"rows": [{"sum": "1.5"}, ["2.5", None]], "is_new": True}
    answer.expect_error(409, {"code": "conflict", "message": "no", "details": expected})


class Place(NamedTuple):
    shelf: int
    row: str


@behaviour("details")
def test_subclasses_of_dict_and_tuple_are_objects_and_lists(solution):
    details = {"places": OrderedDict({"old": Place(3, "b")})}
    answer = get(failing(solution, ConflictError("no", details=details)))
    expected = {"places": {"old": [3, "b"]}}
    answer.expect_error(409, {"code": "conflict", "message": "no", "details": expected})


@behaviour("details")
def test_keys_that_are_no_texts_appear_as_their_texts(solution):
    details = {(1, 2): "a", None: "b", 7: {date(2024, 5, 6): "c"}, "Ž": "✓"}
    answer = get(failing(solution, ConflictError("no", details=details)))
    expected = {"(1, 2)": "a", "None": "b", "7": {"2024-05-06": "c"}, "Ž": "✓"}
    answer.expect_error(409, {"code": "conflict", "message": "no", "details": expected})


# --- Request ids ------------------------------------------------------------------------------


def many_ends(solution):
    """Return an app with an endpoint for every way in which a request can end."""
    app = new_app()
    app.get("/well")(lambda: "well")
    app.get("/stream")(lambda: StreamingResponse(iter(["a", "b"])))
    app.get("/number/{number}")(lambda number: int(number) / 0)

    @app.get("/typed/{number}")
    async def typed(number: int): ...

    @app.get("/missing")
    async def missing():
        raise NotFoundError("no")

    @app.get("/http")
    async def http():
        raise HTTPException(304)

    return install(solution, app)


WAYS = ["/well", "/stream", "/number/7", "/number/x", "/typed/x", "/missing", "/http", "/nowhere"]


def expect_ids(answer, *ids):
    found = answer.headers.get_list("x-request-id")
    expect(f"X-Request-ID of {answer.called}, asked with it", found, [*ids])


@behaviour("request-id")
def test_the_id_of_the_request_is_on_its_answer(solution):
    app = many_ends(solution)
    for path in [*WAYS, "/well/"]:
        expect_ids(get(app, path, headers={"X-Request-ID": "abc-1"}), "abc-1")


@behaviour("request-id")
def test_an_id_may_be_any_text(solution):
    app = install(solution, new_app())
    for text in ["Root=1-67a8; (b/c) d+e==", "7" * 300]:
        expect_ids(get(app, "/nowhere", headers={"X-Request-ID": text}), text)


@behaviour("request-id")
def test_an_id_is_made_where_there_is_none(solution):
    app = many_ends(solution)
    ids = [get(app, path).headers.get("x-request-id") for path in WAYS]
    are_ids = all(ids) and len(set(ids)) == len(ids)
    expect_that(f"X-Request-ID of {len(ids)} requests", are_ids, ids, "an id of its own for each")


@behaviour("request-id")
def test_the_middleware_gives_ids_to_any_asgi_app(solution):
    async def raw(scope, receive, send):
        await Response("raw")(scope, receive, send)

    app = call(solution.ErrorMiddleware, raw).value
    expect_ids(get(app, headers={"X-Request-ID": "abc-2"}), "abc-2")


@behaviour("request-id")
def test_the_id_is_known_wherever_the_request_is_served(solution):
    app, found = new_app(), []

    def note(where):
        found.append((where, call(solution.current_request_id).value))

    @app.get("/async")
    async def read(tasks: BackgroundTasks):
        tasks.add_task(note, "a background task")
        note("an async function")

    @app.get("/plain")
    def plain():
        note("a plain function")

    install(solution, app)
    get(app, "/async", headers={"X-Request-ID": "abc-3"})
    get(app, "/plain", headers={"X-Request-ID": "abc-4"})
    expected = [("an async function", "abc-3"), ("a background task", "abc-3")]
    expected.append(("a plain function", "abc-4"))
    expect("current_request_id() in", found, expected)


@behaviour("request-id")
@pytest.mark.parametrize("path", ["/well", "/broken", "/later"])
def test_outside_of_requests_there_is_no_id(solution, path):
    app = new_app()
    app.get("/well")(lambda: "well")

    @app.get("/broken")
    async def broken():
        raise Broken("s3cret")

    @app.get("/later")
    async def later(tasks: BackgroundTasks):
        tasks.add_task(broken)

    install(solution, app)

    async def main():
        before = call(solution.current_request_id).value
        sent = await serve(app, path)
        return before, sent[0]["type"], call(solution.current_request_id).value

    what = f"current_request_id() before, the first message for {path}, current_request_id() after"
    expect(what, asyncio.run(main()), (None, "http.response.start", None))


async def serve(app, path):
    """Return what the app sends for a request that is served in this very task."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    with suppress(Broken):
        await app(http_scope("GET", path), receive, send)
    return sent


@behaviour("request-id")
def test_requests_that_overlap_have_their_own_ids(solution):
    app, meeting = new_app(), Rendezvous(3)

    @app.get("/")
    async def read():
        await meeting.meet_async()
        return call(solution.current_request_id).value

    install(solution, app)

    async def main():
        names = ["id-a", "id-b", "id-c"]
        asked = [ask(app, "GET", "/", headers={"X-Request-ID": name}) for name in names]
        return [
            (answer.headers.get("x-request-id"), answer.document())
            for answer in await asyncio.gather(*asked)
        ]

    expected = [("id-a", "id-a"), ("id-b", "id-b"), ("id-c", "id-c")]
    found = asyncio.run(main())
    expect("(X-Request-ID, current_request_id()) of three requests at once", found, expected)


# --- Responses that have begun ----------------------------------------------------------------


async def break_off(solution, error, chunks, log=None):
    """Return the exchange of GET /, whose body raises ``error`` after so many chunks."""
    app = new_app()

    async def body():
        for _ in range(chunks):
            yield "chunk"
        raise error

    app.get("/")(lambda: StreamingResponse(body()))
    async with open_request(install(solution, app, log), "GET", "/") as exchange:
        status, _ = await exchange.start()
        expect("the status of GET /, whose body breaks off", status, 200)
        for _ in range(chunks):
            chunk = await exchange.next_chunk()
            expect("a chunk of GET /, whose body breaks off", chunk, b"chunk")
        await exchange.finish()
    return exchange


after_chunks = pytest.mark.parametrize("chunks", [0, 2])


@behaviour("started")
@after_chunks
def test_an_error_after_the_start_is_raised_as_it_is(solution, chunks):
    error = Broken("s3cret")
    exchange = asyncio.run(break_off(solution, error, chunks))
    what = f"what GET / raised, whose body breaks off after {chunks} chunks"
    expect_that(what, exchange.error is error, exchange.error, f"that very {error!r}")


@behaviour("started")
@after_chunks
def test_nothing_is_sent_after_an_error_that_came_after_the_start(solution, chunks):
    exchange = asyncio.run(break_off(solution, Broken("s3cret"), chunks))
    body = f"a body that breaks off after {chunks} chunks"
    expect(f"what the server refused of {body}", exchange.faults, [])
    expect(f"whether {body} came to a proper end", exchange.is_read, False)


@behaviour("started")
@after_chunks
def test_an_error_after_the_start_is_logged_once(solution, chunks):
    log, error = Log(), Broken("s3cret")
    asyncio.run(break_off(solution, error, chunks, log))
    log.expect_errors(f"logged for a body that breaks off after {chunks} chunks", error)


@behaviour("started")
def test_an_error_of_a_background_task_comes_after_the_answer(solution):
    log, error, app = Log(), Broken("s3cret"), new_app()

    def later():
        raise error

    @app.get("/")
    async def read(tasks: BackgroundTasks):
        tasks.add_task(later)
        return "well"

    answer = get(install(solution, app, log))
    answer.expect_status(200)
    expect(f"the body of {answer.called}", answer.document(), "well")
    is_it = answer.error is error
    expect_that("what GET / raised, with its background task", is_it, answer.error, repr(error))
    log.expect_errors("logged for a background task", error)


# --- What is not ours -------------------------------------------------------------------------


@behaviour("untouched")
@pytest.mark.parametrize(
    "scope", [websocket_scope("/"), lifespan_scope()], ids=["websocket", "lifespan"]
)
def test_other_scopes_reach_the_app_as_they_are(solution, scope):
    found, expected = [], (scope, object(), object())

    async def raw(*arguments):
        found.extend(arguments)

    app = call(solution.ErrorMiddleware, raw, logger=Log().logger).value
    asyncio.run(app(*expected))
    are_same = [a is b for a, b in zip(found, expected, strict=True)]
    what = f"whether scope, receive and send of a {scope['type']} are the very ones"
    expect(what, are_same, [True, True, True])


@behaviour("untouched")
@pytest.mark.parametrize(
    "scope", [websocket_scope("/"), lifespan_scope()], ids=["websocket", "lifespan"]
)
def test_errors_in_other_scopes_pass_through(solution, scope):
    log, error = Log(), Broken("s3cret")

    async def raw(scope, receive, send):
        raise error

    app = call(solution.ErrorMiddleware, raw, logger=log.logger).value
    played = asyncio.run(play(app, scope))
    expect(f"what was sent for a {scope['type']} that fails", played.sent, [])
    is_it = played.error is error
    expect_that(f"what a {scope['type']} that fails raised", is_it, played.error, repr(error))


@behaviour("untouched")
def test_a_websocket_talks_and_fails_as_without_the_handling(solution):
    app, error = new_app(), Broken("s3cret")

    @app.websocket("/talk")
    async def talk(websocket: WebSocket):
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text() + "!")
        raise error

    install(solution, app)
    messages = {"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hi"}
    played = asyncio.run(play(app, websocket_scope("/talk"), *messages))
    found = [(message["type"], message.get("text")) for message in played.sent]
    expected = [("websocket.accept", None), ("websocket.send", "hi!")]
    expect("what the WebSocket was sent", found, expected)
    expect_that("what the WebSocket raised", played.error is error, played.error, repr(error))


@behaviour("untouched")
def test_the_app_starts_up_and_shuts_down(solution):
    steps = []

    @asynccontextmanager
    async def life(app):
        steps.append("up")
        yield
        steps.append("down")

    app = install(solution, new_app(lifespan=life))
    played = asyncio.run(play(app, lifespan_scope(), {"type": "lifespan.startup"}))
    found = [message["type"] for message in played.sent]
    expect("what was sent", found, ["lifespan.startup.complete", "lifespan.shutdown.complete"])
    expect("the steps of the lifespan", steps, ["up", "down"])


@behaviour("untouched")
def test_a_cancelled_request_is_not_answered(solution):
    app, log, sent, seen = new_app(), Log(), [], []

    async def main():
        is_waiting = asyncio.Event()

        @app.get("/")
        async def wait():
            is_waiting.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

        install(solution, app, log)
        task = asyncio.create_task(left_by(app, sent))
        await asyncio.wait_for(is_waiting.wait(), PATIENCE)
        task.cancel()
        return await task

    error = asyncio.run(main())
    is_cancelled = isinstance(error, asyncio.CancelledError)
    expect("what the endpoint saw of the cancellation", seen, ["cancelled"])
    expect_that("what a cancelled request raised", is_cancelled, error, "CancelledError")
    expect("what was sent for it", sent, [])
    log.expect_errors("logged for it")


async def left_by(app, sent):
    """Return what the app raises at GET /; put what it sends into ``sent``."""

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    try:
        await app(http_scope("GET", "/"), receive, send)
    except BaseException as error:
        return error
    return None


@behaviour("untouched")
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["exit", "interrupt"])
def test_exit_and_interrupt_are_not_answered(solution, error):
    log, sent = Log(), []
    found = asyncio.run(left_by(failing(solution, error, log), sent))
    expect_that("what the request raised", found is error, found, f"that very {error!r}")
    expect("what was sent for it", sent, [])
    log.expect_errors("logged for it")


@behaviour("untouched")
def test_a_client_that_goes_away_is_no_error_of_the_server(solution):
    app, log, sent, seen = new_app(), Log(), [], []

    @app.get("/")
    async def read(request: Request):
        try:
            await request.body()
        except ClientDisconnect:
            seen.append("gone")
            raise

    install(solution, app, log)
    error = asyncio.run(left_by(app, sent))
    expect("what the endpoint saw of its client", seen, ["gone"])
    expect("what the app raised for a client that has gone", repr(error), "None")
    expect("what was sent to a client that has gone", sent, [])
    log.expect_errors("logged for a client that has gone")


@behaviour("untouched")
@after_chunks
def test_a_client_that_goes_away_amid_the_answer_is_no_error_either(solution, chunks):
    log = Log()
    exchange = asyncio.run(break_off(solution, ClientDisconnect(), chunks, log))
    body = f"a body whose client goes away after {chunks} chunks"
    expect(f"what the app raised for {body}", repr(exchange.error), "None")
    expect(f"what the server refused of {body}", exchange.faults, [])
    expect(f"whether {body} came to a proper end", exchange.is_read, False)
    log.expect_errors(f"logged for {body}")


# --- Answers and streams ----------------------------------------------------------------------


@behaviour("streams")
def test_a_redirect_stays_as_it_is(solution):
    app = new_app()
    app.get("/old")(lambda: RedirectResponse("/new"))
    app.get("/new")(lambda: "new")
    install(solution, app)
    for path, target in (("/old", "/new"), ("/new/", "http://kata/new")):
        answer = get(app, path)
        answer.expect_status(307)
        answer.expect_header("location", target)
        expect(f"the body of {answer.called}", answer.body, b"")


@behaviour("streams")
@pytest.mark.parametrize("status", [404, 500])
def test_a_response_that_an_endpoint_returns_stays_as_it_is(solution, status):
    app = new_app()
    app.get("/")(lambda: JSONResponse({"detail": "mine"}, status))
    app.get("/text")(lambda: Response("mine", status, media_type="text/plain"))
    install(solution, app)
    answer = get(app)
    answer.expect_status(status)
    expect(f"the body of {answer.called}", answer.document(), {"detail": "mine"})
    expect("the body of GET /text", get(app, "/text").body, b"mine")


@behaviour("streams")
def test_every_header_of_a_response_is_kept(solution):
    app = new_app()

    @app.get("/")
    async def read():
        response = Response(headers={"X-Shelf": "7"})
        response.set_cookie("first", "1")
        response.set_cookie("second", "2")
        return response

    answer = get(install(solution, app))
    answer.expect_header("X-Shelf", "7")
    names = [cookie.split("=")[0] for cookie in answer.headers.get_list("set-cookie")]
    expect("the cookies of GET /", names, ["first", "second"])


@behaviour("streams")
def test_each_chunk_arrives_before_the_next_is_made(solution):
    app, made = new_app(), []

    async def body():
        for chunk in ("one,", "two,", "three"):
            made.append(chunk)
            yield chunk

    app.get("/")(lambda: StreamingResponse(body()))
    install(solution, app)

    async def main():
        async with open_request(app, "GET", "/", lockstep=True) as exchange:
            first = await exchange.next_chunk()
            expect("the chunks made when the first one has arrived", made, ["one,"])
            rest = [first, await exchange.next_chunk(), await exchange.next_chunk()]
        return rest

    expect("the chunks of GET /", asyncio.run(main()), [b"one,", b"two,", b"three"])


@behaviour("streams")
def test_the_body_of_a_request_is_left_to_the_endpoint(solution):
    app, drawn = new_app(), []

    def body():
        for chunk in (b"one,", b"two,", b"three"):
            drawn.append(chunk)
            yield chunk

    @app.post("/")
    async def read(request: Request):
        chunks = request.stream()
        first = await anext(chunks)
        before = len(drawn)
        return [before, first, *[chunk async for chunk in chunks if chunk]]

    install(solution, app)
    answer = get(app, "/", "POST", body=body())
    expected = [1, "one,", "two,", "three"]
    expect(
        "how many chunks were read at the first one, and all of them", answer.document(), expected
    )


@behaviour("streams")
def test_a_background_task_runs_once_the_answer_was_sent(solution):
    app, done = new_app(), []

    @app.get("/")
    async def read(tasks: BackgroundTasks):
        tasks.add_task(done.append, "task")
        return "well"

    install(solution, app)

    async def main():
        async with open_request(app, "GET", "/", lockstep=True) as exchange:
            await exchange.start()
            before = [*done]
            await exchange.next_chunk()
            await exchange.finish()
        return before, done

    expect(
        "what was done at the start of the answer, and at the end",
        asyncio.run(main()),
        ([], ["task"]),
    )


# --- Neighbours -------------------------------------------------------------------------------


@behaviour("neighbours")
@pytest.mark.parametrize("error", [Broken("no"), NotFoundError("no"), HTTPException(401)], ids=repr)
def test_cors_headers_are_on_answers_to_errors(solution, error):
    app = new_app()

    @app.get("/")
    async def fail():
        raise error

    app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
    install(solution, app)
    answer = get(app, headers={"origin": "https://shop.example"})
    answer.expect_status(getattr(error, "status_code", 500))
    answer.expect_header("access-control-allow-origin", "https://shop.example")


@behaviour("neighbours")
@pytest.mark.parametrize("error", [Broken("no"), NotFoundError("no")], ids=repr)
def test_a_dependency_sees_the_error_and_cleans_up(solution, error):
    app, steps = new_app(), []

    async def unit():
        try:
            yield
            steps.append("commit")
        except Exception as caught:
            steps.append("rollback")
            expect_that("what the dependency saw", caught is error, caught, repr(error))
            raise
        finally:
            steps.append("close")

    @app.get("/", dependencies=[Depends(unit)])
    async def fail():
        raise error

    get(install(solution, app)).expect_status(getattr(error, "status_code", 500))
    expect(f"what a dependency did when {error!r} was raised", steps, ["rollback", "close"])


@behaviour("neighbours")
def test_the_routes_of_a_mounted_router_are_covered(solution):
    async def missing(request):
        raise NotFoundError("no page")

    async def broken(request):
        raise Broken("s3cret")

    app = new_app()
    app.mount("/old", Router([Route("/missing", missing), Route("/broken", broken)]))
    install(solution, app)
    get(app, "/old/missing").expect_error(404, NotFoundError("no page").to_dict())
    get(app, "/old/broken").expect_code(500, "internal_error")
    get(app, "/old/nowhere").expect_code(404, "not_found")
    get(app, "/old/missing", "DELETE").expect_code(405, "method_not_allowed")


@behaviour("neighbours")
@pytest.mark.parametrize("path", ["/async", "/plain"])
def test_context_variables_that_are_set_outside_are_seen_inside(solution, path):
    tenant, app = ContextVar("tenant", default="nobody"), new_app()

    @app.get("/async")
    async def read():
        return tenant.get()

    app.get("/plain")(lambda: tenant.get())
    install(solution, app)

    async def outer(scope, receive, send):
        tenant.set("north")
        await app(scope, receive, send)

    expect(f"the context variable in GET {path}", get(outer, path).document(), "north")
