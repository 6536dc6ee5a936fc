"""Hidden tests of 16 · Flask error handler."""

import asyncio
import logging
from collections import OrderedDict
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from flask import Blueprint, Flask, Response, abort, redirect, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    HTTPException,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
)

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
from grader.testkit import call, call_raising, expect, expect_that, wsgi

behaviour = pytest.mark.behaviour

BAD_REQUEST = {
    "code": "bad_request",
    "message": "The request could not be read.",
    "details": None,
}
INTERNAL = {
    "code": "internal_error",
    "message": "An internal error occurred.",
    "details": None,
}


class UnknownParcel(NotFoundError):
    """A subclass that changes nothing."""


class ParcelLocked(ConflictError):
    """A subclass of a subclass, with a status, a code and a message of its own."""

    status_code = 423
    code = "parcel_locked"
    default_message = "The parcel is locked."


class ParcelExpired(APIError):
    status_code = 410
    code = "parcel_expired"
    default_message = "The parcel has expired."


class CarrierDown(APIError):
    status_code = 503
    code = "carrier_down"
    default_message = "The carrier does not answer."


class DepotFlooded(ConflictError):
    """A failure of the server, below an error of the client."""

    status_code = 503
    code = "depot_flooded"


class LedgerCorruption(Exception):
    """An error that no contract names."""


class UpstreamError(Exception):
    """An error of another library, with attributes that look familiar."""

    status_code = code = 404
    message = description = "password-hunter2"
    details = {"host": "shelf-4711"}  # noqa: RUF012

    def to_dict(self):
        return {"code": "not_found", "message": self.message, "details": self.details}


class Undescribed(HTTPException):
    """An error of the framework without a description."""

    code = 412


class Log(logging.Handler):
    """Everything that reaches the root logger."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def levels(self):
        """The levels from WARNING on."""
        return [record.levelname for record in self._from(logging.WARNING)]

    def loggers(self, level):
        """The names of the loggers of records from that level on."""
        return [record.name for record in self._from(level)]

    def errors(self):
        """The levels and the errors in exc_info, from ERROR on."""
        found = self._from(logging.ERROR)
        return [(record.levelname, record.exc_info and record.exc_info[1]) for record in found]

    def _from(self, level):
        return [record for record in self.records if record.levelno >= level]


@pytest.fixture
def log():
    handler = Log()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def make_app(solution, **options):
    app = Flask("parcels")
    call(solution.register_error_handlers, app, **options)
    return app


def serving(app, path, view, **options):
    """Add a view whose endpoint is its path, so that ``ask`` finds the view added last."""
    app.add_url_rule(path, path, view, **options)
    return app


def raising(app, error, path=None, **options):
    """Add a view that raises ``error``; the path tells what it raises, for who reads a failure."""

    def view():
        raise error

    return serving(app, path or f"/raises-{type(error).__name__}", view, **options)


def ask(app, path=None, method="GET", **options):
    path = path or [*app.view_functions][-1]
    return wsgi.client(app).open(path, method=method, **options)


def asked(response):
    return f"{response.request.method} {response.request.path}"


def body(response):
    """The JSON of a response; its text if it is none."""
    parsed = response.get_json(force=True, silent=True)
    return response.get_data(as_text=True) if parsed is None else parsed


def expect_head(response, status):
    expect(f"the status of {asked(response)}", response.status_code, status)
    types = [text.split(";")[0] for text in response.headers.getlist("Content-Type")]
    expect(f"the Content-Type of {asked(response)}", types, ["application/json"])


def expect_error(response, status, **error):
    """An answer of that status whose envelope holds exactly that."""
    expect_head(response, status)
    expect(f"the body of {asked(response)}", body(response), {"error": error})


def expect_code(response, status, code):
    """An answer of that status whose envelope has that code, any message and no details."""
    expect_head(response, status)
    found = body(response)
    envelope = found.get("error") if isinstance(found, dict) else None
    message = envelope.get("message") if isinstance(envelope, dict) else None
    expect_that(
        f"the body of {asked(response)}",
        isinstance(message, str)
        and message.strip()
        and found == {"error": {"code": code, "message": message, "details": None}},
        found,
        f"code {code!r}, a message that is a text and not empty, details null, nothing else",
    )


def expect_silence(response, *texts):
    """No header and no part of the body tells any of the texts."""
    answer = f"{response.headers}\n{response.get_data(as_text=True)}"
    told = [text for text in texts if text.lower() in answer.lower()]
    expect(f"words of the original error in the answer to {asked(response)}", told, [])


# 1. A domain error answers with what it says of itself


@behaviour("domain-errors")
def test_status_code_message_and_details_are_those_of_the_error(solution):
    error = NotFoundError("There is no parcel 5.", details={"parcel": 5, "seen": ["Rome", None]})

    response = ask(raising(make_app(solution), error))

    expect_error(response, 404, **error.to_dict())


@behaviour("domain-errors")
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BadRequestError, 400, "bad_request"),
        (AuthenticationError, 401, "unauthenticated"),
        (PermissionDenied, 403, "permission_denied"),
        (ConflictError, 409, "conflict"),
        (ValidationError, 422, "invalid"),
        (RateLimitError, 429, "rate_limited"),
    ],
)
def test_each_class_has_its_status_and_null_for_no_details(solution, error, status, code):
    response = ask(raising(make_app(solution), error()))

    expect_error(response, status, code=code, message=error.default_message, details=None)


@behaviour("domain-errors")
def test_the_message_of_an_internal_api_error_is_told_too(solution):
    response = ask(raising(make_app(solution), APIError("The depot is closed.")))

    expect_error(response, 500, code="internal_error", message="The depot is closed.", details=None)


@behaviour("domain-errors")
def test_empty_details_stay_empty(solution):
    response = ask(raising(make_app(solution), PermissionDenied("No.", details={})))

    expect_error(response, 403, code="permission_denied", message="No.", details={})


# 2. A subclass answers for itself


@behaviour("subclasses")
def test_a_subclass_without_a_status_has_its_parents(solution):
    response = ask(raising(make_app(solution), UnknownParcel("No parcel.")))

    expect_error(response, 404, code="not_found", message="No parcel.", details=None)


@behaviour("subclasses")
@pytest.mark.parametrize("error", [ParcelLocked, ParcelExpired])
def test_a_subclass_with_a_status_and_code_of_its_own_uses_them(solution, error):
    response = ask(raising(make_app(solution), error(details={"parcel": 8})))

    expect_error(
        response,
        error.status_code,
        code=error.code,
        message=error.default_message,
        details={"parcel": 8},
    )


# 3. A division by zero is a bad request


def divide():
    return str(int(request.args["a"]) / int(request.args["b"]))


def division_app(solution, **options):
    app = make_app(solution, **options)
    app.add_url_rule("/divide", "divide", divide)
    return app


@behaviour("division")
def test_a_division_by_zero_is_400_and_tells_nothing_of_it(solution):
    response = ask(division_app(solution), "/divide?a=10&b=0")

    expect_error(response, 400, **BAD_REQUEST)
    expect_silence(response, "division", "zero", "Traceback")


@behaviour("division")
def test_a_subclass_of_zero_division_error_is_a_division_by_zero_too(solution):
    app = make_app(solution)
    serving(app, "/divides-decimals", lambda: str(Decimal(10) / Decimal(0)))

    expect_error(ask(app), 400, **BAD_REQUEST)


@behaviour("division")
def test_a_division_by_zero_is_logged_once_as_a_warning(solution, log):
    ask(division_app(solution), "/divide?a=7&b=0")

    expect("the records of WARNING and above", log.levels(), ["WARNING"])


# 4. Any other exception is a 500 that tells nothing


@behaviour("unexpected")
@pytest.mark.parametrize(
    "error",
    [
        KeyError("parcel"),
        ValueError("bad parcel"),
        OverflowError("too many parcels"),
        PermissionError("no parcel for you"),
        LedgerCorruption("shelf 9"),
        UpstreamError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_other_exception_is_500_with_the_default_message(solution, error):
    response = ask(raising(make_app(solution), error))

    expect_error(response, 500, **INTERNAL)


@behaviour("unexpected")
def test_neither_body_nor_headers_tell_what_happened(solution):
    def view():
        try:
            raise OSError("shelf-4711")
        except OSError as cause:
            raise LedgerCorruption("password-hunter2") from cause

    app = make_app(solution)
    serving(app, "/raises-with-a-cause", view)
    response = ask(app)

    expect("the status", response.status_code, 500)
    expect_silence(
        response, "hunter2", "4711", "LedgerCorruption", "OSError", "Traceback", __file__
    )


# 5. An unexpected error is logged once, with its traceback


LOGGED = "levels and exc_info of the records of ERROR and above"


@behaviour("logs-once")
def test_without_a_logger_the_error_reaches_the_root_once(solution, log):
    error = LedgerCorruption("shelf 3")

    ask(raising(make_app(solution), error))

    expect(LOGGED, log.errors(), [("ERROR", error)])


@behaviour("logs-once")
def test_the_logger_handed_in_gets_the_error_once(solution, log):
    error = LedgerCorruption("shelf 3")
    app = raising(make_app(solution, logger=logging.getLogger("parcels.audit")), error)

    ask(app)

    expect(LOGGED, log.errors(), [("ERROR", error)])
    expect("the logger of that record", log.loggers(logging.ERROR), ["parcels.audit"])


@behaviour("logs-once")
@pytest.mark.parametrize(
    ("error", "level"), [(ZeroDivisionError(), logging.WARNING), (APIError(), logging.ERROR)]
)
def test_other_records_go_to_the_logger_handed_in_too(solution, log, error, level):
    app = raising(make_app(solution, logger=logging.getLogger("parcels.audit")), error)

    ask(app)

    what = f"the loggers of the records of {logging.getLevelName(level)} and above"
    expect(what, log.loggers(level), ["parcels.audit"])


@behaviour("logs-once")
def test_two_apps_log_to_their_own_loggers(solution, log):
    apps = [make_app(solution, logger=logging.getLogger(f"depot.{name}")) for name in "ab"]

    for app in apps:
        ask(raising(app, LedgerCorruption("shelf 3")))

    expect("the loggers of the two records", log.loggers(logging.ERROR), ["depot.a", "depot.b"])


# 6. Only the server's own failures are logged as errors


@behaviour("log-levels")
@pytest.mark.parametrize(
    "error",
    [APIError("No depot."), CarrierDown(), DepotFlooded()],
    ids=["500", "503", "503-below-409"],
)
def test_an_api_error_of_500_or_more_is_logged_once(solution, log, error):
    ask(raising(make_app(solution), error))

    expect(LOGGED, log.errors(), [("ERROR", error)])


@behaviour("log-levels")
@pytest.mark.parametrize(
    "error", [BadRequestError(), NotFoundError(), RateLimitError(), ParcelExpired()]
)
def test_an_api_error_below_500_is_not_logged_as_an_error(solution, log, error):
    response = ask(raising(make_app(solution), error))

    expect(f"the status of {asked(response)}", response.status_code, error.status_code)
    expect(LOGGED, log.errors(), [])


@behaviour("log-levels")
def test_a_404_and_a_405_of_the_router_are_not_logged_as_errors(solution, log):
    app = raising(make_app(solution), NotFoundError())

    statuses = [ask(app, "/nowhere").status_code, ask(app, method="PUT").status_code]

    expect("the statuses of an unknown path and a wrong method", statuses, [404, 405])
    expect(LOGGED, log.errors(), [])


# 7. The framework's errors have the same envelope


@behaviour("framework-errors")
def test_unknown_paths_and_methods_answer_in_the_envelope(solution):
    app = raising(make_app(solution), NotFoundError())

    expect_code(ask(app, "/nowhere"), 404, "not_found")
    expect_code(ask(app, method="DELETE"), 405, "method_not_allowed")


def aborting(solution, status):
    app = make_app(solution)
    serving(app, f"/aborts-with-{status}", lambda: abort(status))
    return app


@behaviour("framework-errors")
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (401, "unauthenticated"),
        (403, "permission_denied"),
        (409, "conflict"),
        (422, "invalid"),
        (429, "rate_limited"),
        (500, "internal_error"),
    ],
)
def test_a_status_of_the_hierarchy_has_its_code(solution, status, code):
    expect_code(ask(aborting(solution, status)), status, code)


@behaviour("framework-errors")
@pytest.mark.parametrize(
    ("status", "code"),
    [(406, "not_acceptable"), (424, "failed_dependency"), (502, "bad_gateway")],
)
def test_another_status_has_its_phrase_as_code(solution, status, code):
    expect_code(ask(aborting(solution, status)), status, code)


@behaviour("framework-errors")
def test_an_error_without_a_description_has_a_message_all_the_same(solution):
    response = ask(raising(make_app(solution), Undescribed()))

    expect_code(response, 412, "precondition_failed")


@behaviour("framework-errors")
def test_the_message_is_a_text_even_if_the_description_is_none(solution):
    app = make_app(solution)
    serving(app, "/aborts-with-a-dict", lambda: abort(412, {"parcel": 5}))

    expect_code(ask(app), 412, "precondition_failed")


@behaviour("framework-errors")
def test_a_subclass_of_somebodys_own_changes_no_code_of_a_status(solution):
    expect("the status of ParcelExpired", ParcelExpired.status_code, 410)

    expect_code(ask(aborting(solution, 410)), 410, "gone")


@behaviour("framework-errors")
def test_what_flask_raises_while_it_reads_a_request_is_in_the_envelope(solution):
    app = make_app(solution)
    app.config["MAX_CONTENT_LENGTH"] = 20
    app.add_url_rule("/json", "json", lambda: request.get_json(), methods=["POST"])
    app.add_url_rule("/form", "form", lambda: request.form["parcel"], methods=["POST"])

    broken = ask(app, "/json", "POST", data="{", content_type="application/json")
    expect_code(broken, 400, "bad_request")
    expect_code(ask(app, "/form", "POST", data={"x": "1"}), 400, "bad_request")
    text = ask(app, "/json", "POST", data="x", content_type="text/plain")
    expect_code(text, 415, "unsupported_media_type")
    expect_head(ask(app, "/json", "POST", data="9" * 21, content_type="application/json"), 413)


# 8. Headers of the framework's errors are kept


@behaviour("headers")
def test_a_405_names_the_allowed_methods(solution):
    app = raising(make_app(solution), NotFoundError(), methods=["PUT", "DELETE"])

    response = ask(app, method="POST")

    allowed = sorted(response.allow)
    expect("the methods in Allow of the answer to POST", allowed, ["DELETE", "OPTIONS", "PUT"])


class Moody(HTTPException):
    code = 403
    description = "Not today."

    def get_headers(self, *args, **kwargs):
        return [*super().get_headers(*args, **kwargs), ("X-Mood", "bad"), ("X-Mood", "worse")]


@behaviour("headers")
@pytest.mark.parametrize(
    ("error", "header", "values"),
    [
        (TooManyRequests(retry_after=30), "Retry-After", ["30"]),
        (ServiceUnavailable(retry_after=90), "Retry-After", ["90"]),
        (
            Unauthorized(www_authenticate=WWWAuthenticate("basic", {"realm": "the depot"})),
            "WWW-Authenticate",
            ['Basic realm="the depot"'],
        ),
        (Moody(), "X-Mood", ["bad", "worse"]),
    ],
    ids=["429", "503", "401", "own"],
)
def test_the_headers_of_an_error_are_kept(solution, error, header, values):
    response = ask(raising(make_app(solution), error))

    found = response.headers.getlist(header)
    expect(f"the values of the header {header} of {asked(response)}", found, values)


# 9. Redirects and ready responses are left alone


def expect_plain(response, status, text):
    expect(f"the status of {asked(response)}", response.status_code, status)
    expect(f"the body of {asked(response)}", response.get_data(as_text=True), text)


@behaviour("left-alone")
def test_the_redirect_to_the_path_with_a_slash_is_left_alone(solution):
    plain, found = [
        ask(raising(app, NotFoundError(), "/shelves/"), "/shelves")
        for app in [Flask("plain"), make_app(solution)]
    ]

    expect("the status of GET /shelves", found.status_code, plain.status_code)
    expect("its Location", found.location, plain.location)
    expect("its body", found.get_data(as_text=True), plain.get_data(as_text=True))


@behaviour("left-alone")
def test_a_response_handed_to_abort_is_left_alone(solution):
    app = make_app(solution)
    app.add_url_rule("/busy", "busy", lambda: abort(Response("Later.", 503)))
    app.add_url_rule("/old", "old", lambda: abort(redirect("/new")))

    expect_plain(ask(app, "/busy"), 503, "Later.")
    response = ask(app, "/old")
    expect(
        "status and Location of GET /old", (response.status_code, response.location), (302, "/new")
    )


@behaviour("left-alone")
def test_an_http_exception_that_brings_its_response_is_left_alone(solution):
    ready = Response("Who are you?", 401, {"X-Door": "closed"}, mimetype="text/plain")
    response = ask(raising(make_app(solution), Unauthorized(response=ready)))

    expect_plain(response, 401, "Who are you?")
    expect("its header X-Door", response.headers.get("X-Door"), "closed")


@behaviour("left-alone")
@pytest.mark.parametrize("status", [200, 404, 500])
def test_what_a_view_returns_is_left_alone(solution, status):
    app = make_app(solution)
    serving(app, f"/returns-{status}", lambda: ("As it is.", status))

    expect_plain(ask(app), status, "As it is.")


# 10. Details may hold anything


class Shelf:
    def __str__(self):
        return "shelf 12"


@behaviour("details")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("9.90"), "9.90"),
        (datetime(2024, 5, 17, 8, 30), "2024-05-17 08:30:00"),
        ({3}, "{3}"),
        (b"\xff\x00", r"b'\xff\x00'"),
        (Shelf(), "shelf 12"),
    ],
    ids=["Decimal", "datetime", "set", "bytes", "object"],
)
def test_a_value_that_is_no_json_appears_as_its_text(solution, value, text):
    details = {"value": value, "inside": [{"deep": (value, 1)}]}

    response = ask(raising(make_app(solution), ConflictError("No.", details=details)))

    found = {"value": text, "inside": [{"deep": [text, 1]}]}
    expect_error(response, 409, code="conflict", message="No.", details=found)


@behaviour("details")
def test_keys_become_texts(solution):
    details = {"b": 1, 7: 2, None: 3, (1, 2): {True: 4}}

    response = ask(raising(make_app(solution), ConflictError("No.", details=details)))

    found = {"b": 1, "7": 2, "None": 3, "(1, 2)": {"True": 4}}
    expect_error(response, 409, code="conflict", message="No.", details=found)


class Place(NamedTuple):
    shelf: int
    row: str


@behaviour("details")
def test_subclasses_of_dict_and_tuple_are_objects_and_arrays(solution):
    details = {"places": OrderedDict({"old": Place(3, "b")})}

    response = ask(raising(make_app(solution), ConflictError("No.", details=details)))

    found = {"places": {"old": [3, "b"]}}
    expect_error(response, 409, code="conflict", message="No.", details=found)


@behaviour("details")
def test_non_ascii_text_arrives_as_it_was(solution):
    error = ValidationError("Größe fehlt: 尺寸 📦", details={"Straße": ["Ærø", "Δ"]})

    response = ask(raising(make_app(solution), error))

    expect_error(response, 422, **error.to_dict())


@behaviour("details")
def test_json_values_stay_what_they_are(solution):
    details = {"n": None, "t": True, "f": False, "i": 0, "x": 1.5, "s": "", "l": [[], {}]}

    response = ask(raising(make_app(solution), ConflictError("No.", details=details)))

    expect_error(response, 409, code="conflict", message="No.", details=details)


# 11. Where an error is raised makes no difference


def hooked_app(solution, hook, function):
    app = make_app(solution)
    serving(app, f"/fails-in-{hook}", lambda: "Parcels.")
    getattr(app, hook)(function)
    return app


@behaviour("anywhere")
@pytest.mark.parametrize("hook", ["before_request", "after_request"])
def test_an_unexpected_error_in_a_hook_is_a_500(solution, hook):
    def fails(*_):
        raise LedgerCorruption("password-hunter2")

    response = ask(hooked_app(solution, hook, fails))

    expect_code(response, 500, "internal_error")


@behaviour("anywhere")
@pytest.mark.parametrize("hook", ["before_request", "after_request"])
def test_a_domain_error_in_a_hook_answers_for_itself(solution, hook):
    def fails(*_):
        raise PermissionDenied("Not you.", details={"door": 4})

    response = ask(hooked_app(solution, hook, fails))

    expect_error(response, 403, code="permission_denied", message="Not you.", details={"door": 4})


@behaviour("anywhere")
@pytest.mark.parametrize("hook", ["before_request", "after_request"])
def test_a_division_by_zero_in_a_hook_is_a_bad_request(solution, hook):
    response = ask(hooked_app(solution, hook, lambda *_: 1 / 0))

    expect_code(response, 400, "bad_request")


@behaviour("anywhere")
def test_routes_and_blueprints_may_come_before_and_after(solution):
    app = raising(Flask("parcels"), ConflictError(), "/added-before")
    early, late = Blueprint("early", "early"), Blueprint("late", "late")
    app.register_blueprint(
        raising(early, ConflictError(), "/parcel"), url_prefix="/blueprint-before"
    )
    call(solution.register_error_handlers, app)
    app.register_blueprint(
        raising(late, LedgerCorruption("x"), "/parcel"), url_prefix="/blueprint-after"
    )
    raising(app, ConflictError(), "/added-after")

    for path in ["/added-before", "/blueprint-before/parcel", "/added-after"]:
        expect_code(ask(app, path), 409, "conflict")
    expect_code(ask(app, "/blueprint-after/parcel"), 500, "internal_error")


@behaviour("anywhere")
def test_async_views_are_answered_alike(solution):
    app = make_app(solution)

    @app.get("/async/<name>")
    async def view(name):
        await asyncio.sleep(0)
        raise {"taken": ConflictError(), "lost": LedgerCorruption("x")}[name]

    expect_code(ask(app, "/async/taken"), 409, "conflict")
    expect_code(ask(app, "/async/lost"), 500, "internal_error")


@behaviour("anywhere")
@pytest.mark.parametrize("error", [ConflictError(), LedgerCorruption("x")], ids=["409", "500"])
def test_hooks_after_the_request_run_for_errors_too(solution, error):
    app = raising(make_app(solution), error)
    torn_down = []
    app.teardown_request(lambda _: torn_down.append("torn down"))

    @app.after_request
    def stamp(response):
        response.headers["X-Stamp"] = str(response.status_code)
        return response

    response = ask(app)

    found = response.headers.get("X-Stamp")
    expect("the status that after_request saw", found, str(response.status_code))
    expect("the calls of teardown_request", torn_down, ["torn down"])


# 12. HEAD, debug mode and exits keep their rules


@behaviour("modes")
@pytest.mark.parametrize(
    ("error", "status"),
    [(ConflictError("No."), 409), (LedgerCorruption("x"), 500)],
)
def test_head_has_status_and_headers_without_a_body(solution, error, status):
    app = raising(make_app(solution), error, "/fails")

    with wsgi.open_request(app, "HEAD", "/fails") as exchange:
        start = exchange.start()
        chunk = exchange.next_chunk()

    expect("the status of HEAD /fails", start.status, status)
    found = start.headers.get("Content-Type", "").split(";")[0]
    expect("its Content-Type", found, "application/json")
    expect("its body", chunk, None)


@behaviour("modes")
@pytest.mark.parametrize("error", [LedgerCorruption("x"), NotFoundError()], ids=["500", "404"])
def test_debug_mode_changes_neither_answer_nor_log(solution, log, error):
    answers, levels = [], []
    for debug in [False, True]:
        app = Flask("parcels")
        app.config.update(DEBUG=debug, PROPAGATE_EXCEPTIONS=False)
        call(solution.register_error_handlers, app)
        log.records.clear()
        response = ask(raising(app, error))
        answers.append((response.status_code, response.mimetype, body(response)))
        levels.append(log.levels())

    expect("status, type and body in debug mode", answers[1], answers[0])
    expect("the records of WARNING and above in debug mode", levels[1], levels[0])


@behaviour("modes")
@pytest.mark.parametrize("exit_", [SystemExit(3), KeyboardInterrupt()], ids=["exit", "interrupt"])
def test_an_exit_is_not_answered(solution, exit_):
    app = raising(make_app(solution), exit_)

    raised = call_raising(type(exit_), ask, app)

    expect_that("what left the app", raised is exit_, raised, "the very object that was raised")
