"""Questions about p16 · Flask error handler."""

import asyncio
import functools
import json
import logging
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, redirect, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, ServiceUnavailable, TooManyRequests, Unauthorized

from grader.given import errors
from grader.testkit import wsgi
from grader.testkit.probe import answers, step, words

OF_CLIENTS = [name for name in errors.__all__ if name != "APIError"]
UNKNOWN = (
    "KeyError",
    "ValueError",
    "OverflowError",
    "PermissionError",
    "RuntimeError",
    "below(Exception)",
)
# Statuses outside of the hierarchy whose phrase is the same in all versions of Python.
OTHERS = (406, 408, 411, 415, 417, 421, 423, 424, 428, 431, 451, 501, 502, 503, 504, 505)


def below(base, **attributes):
    return type("Own", (base,), attributes)


# What somebody adds to the hierarchy, with a status that it has not.
GONE = below(errors.APIError, status_code=410, code="sold_out")


class Moody(HTTPException):
    code = 403

    def __init__(self, moods):
        super().__init__("Not today.")
        self.moods = moods

    def get_headers(self, *args, **kwargs):
        return [*super().get_headers(*args, **kwargs), *(("X-Mood", mood) for mood in self.moods)]


# What a source may name.
NAMES = {name: value for name, value in globals().items() if isinstance(value, type)}
NAMES |= {name: getattr(errors, name) for name in errors.__all__}
NAMES |= {"abort": abort, "redirect": redirect, "below": below}


def steps(rng):
    yield from _of_errors(rng)
    yield from _of_the_log(rng)
    yield from _of_the_framework(rng)
    yield from _headers_and_responses(rng)
    for source in _details(rng):
        yield _raises("details", f"ConflictError('No.', details={source})")
    yield from _anywhere(rng)
    yield from _modes(rng)


def _raises(behaviour, source, ask="answer", **data):
    return step(behaviour, f"a view: raise {source}", ask=ask, source=source, **data)


def _of_errors(rng):
    text, key, code, secret = words(rng, 4)
    base, other, unknown = *rng.sample(OF_CLIENTS, 2), rng.choice(UNKNOWN)
    value = [rng.randrange(100), None, True, text]
    yield _raises("domain-errors", f"{base}({text!r}, details={{{key!r}: {value}}})")
    yield _raises("domain-errors", f"{other}(details={{}})")
    yield _raises("domain-errors", f"APIError({text!r})")
    own = f"status_code={rng.choice((402, 410, 423, 451))}, code={code!r}, default_message={text!r}"
    yield _raises("subclasses", f"below({base})({text!r})")
    yield _raises("subclasses", f"below(below({other}, {own}))(details={{{key!r}: {value[0]}}})")
    zero, log = rng.sample(["ZeroDivisionError", "below(ZeroDivisionError)"], 2)
    yield _raises("division", f"{zero}({secret!r})", "silence", secrets=[secret, "zero", "Own"])
    yield _logs("division", "levels", f"{log}({secret!r})", "WARNING")
    secrets = [secret, text, unknown, "Own", "OSError", "Traceback"]
    source = f"{unknown}({secret!r}) from OSError({text!r})"
    yield _raises("unexpected", source, "silence", secrets=secrets)
    like_ours = f"status_code=404, code=404, message={secret!r}, details={{{secret!r}: 1}}"
    source = f"below(Exception, {like_ours})({secret!r})"
    yield _raises("unexpected", source, "silence", secrets=[secret, "Own"])


def _of_the_log(rng):
    secret, *loggers = words(rng, 3)
    base, error = rng.choice(OF_CLIENTS), f"{rng.choice(UNKNOWN)}({secret!r})"
    failure = f"below({base}, status_code={rng.choice((500, 502, 503, 507))})()"
    yield _logs("logs-once", "logged", error)
    yield _logs("logs-once", "loggers", rng.choice([error, "APIError()"]), loggers=loggers)
    yield _logs("logs-once", "loggers", "ZeroDivisionError()", "WARNING", loggers=loggers[:1])
    yield _logs("log-levels", "logged", f"APIError({secret!r})")
    yield _logs("log-levels", "logged", failure)
    yield _logs("log-levels", "levels", f"{base}()")
    yield _logs("log-levels", "levels", "below(APIError, status_code=402)()")
    asked = "records of ERROR and above for a path that is not there"
    yield step("log-levels", asked, ask="levels", since="ERROR", path=f"/{secret}")


def _logs(behaviour, ask, source, since="ERROR", **data):
    asked = f"records of {since} and above for a view: raise {source}"
    asked += "".join(f"; logger={name!r}" for name in data.get("loggers", ()))
    return step(behaviour, asked, ask=ask, source=source, since=since, **data)


def _of_the_framework(rng):
    text = words(rng, 1)[0]
    statuses = rng.choice((401, 403, 422)), rng.choice((400, 404, 409, 429, 500)), 410
    aborts = [f"abort({status})" for status in (*statuses, rng.choice(OTHERS))]
    for source in (*aborts, "below(HTTPException, code=412)()", f"abort(412, {{{text!r}: 1}})"):
        yield _raises("framework-errors", source, "envelope")
    path, method = f"/{text}", rng.choice(["DELETE", "PUT"])
    yield step("framework-errors", f"GET {path}, which is not there", ask="envelope", path=path)
    yield step("framework-errors", f"{method} /, which knows GET", ask="envelope", method=method)
    data, kind = rng.choice([("{", "application/json"), (text, "text/plain")])
    asked = f"POST {data!r} as {kind} to request.get_json(), then too much"
    yield step("framework-errors", asked, ask="reading", data=data, kind=kind)


def _headers_and_responses(rng):
    text, other, *moods = words(rng, 4)
    kind, seconds = rng.choice(["TooManyRequests", "ServiceUnavailable"]), rng.randrange(1, 500)
    methods = rng.sample(["GET", "PUT", "DELETE", "PATCH"], 2)
    asked = f"Allow of the answer to POST, where {methods} are known"
    yield step("headers", asked, ask="allow", methods=methods)
    basic = f"WWWAuthenticate('basic', {{'realm': {text!r}}})"
    for source, name in (
        (f"{kind}(retry_after={seconds})", "Retry-After"),
        (f"Unauthorized(www_authenticate={basic})", "WWW-Authenticate"),
        (f"Moody({moods})", "X-Mood"),
    ):
        yield _raises("headers", source, "headers", name=name)
    yield step("left-alone", "GET /shelves, where /shelves/ is", ask="plain", path="/shelves")
    ready = f"Response({text!r}, {rng.choice((200, 404, 503))}, {{'X-Shelf': {other!r}}})"
    for source in (f"abort({ready})", f"abort(redirect('/{other}'))"):
        yield _raises("left-alone", source, "plain")
    yield _raises("left-alone", f"Unauthorized(response={ready})", "plain")
    source = f"({text!r}, {rng.choice((404, 500))})"
    yield step("left-alone", f"GET of a view: return {source}", ask="plain", source=source)


def _details(rng):
    first, second, third, key = words(rng, 4)
    number, day = rng.randrange(1, 100), f"{rng.randrange(2000, 2030)}, {rng.randrange(1, 13)}, 7"
    odd = [f"Decimal('{number}.5')", f"{{{number}}}", f"bytes([{number}])", f"Path({first!r})"]
    value, deep = rng.sample(odd, 2)
    known = rng.choice([f"date({day})", f"datetime({day}, 8, 30)"])
    yield f"{{{first!r}: {value}, {second!r}: [{{{third!r}: ({deep}, {number})}}], 'on': {known}}}"
    yield f"{{{first!r}: 1, {number}: 2, None: 3, ({number}, {key!r}): {{True: {known}}}}}"
    place, row = f"below(tuple)(({number}, {second!r}))", f"below(list)([{number}, {value}])"
    yield f"{{{key!r}: below(dict)({{{first!r}: {place}, {second!r}: {row}}})}}"
    yield f"{{'Straße {key}': ['Ærø {first}', '尺寸 📦', {number / 8}, {second!r}]}}"
    yield f"{{{first!r}: [None, True, False, 0, {-number / 4}, '', [[], {{}}, {{{key!r}: ()}}]]}}"


def _anywhere(rng):
    text, key = words(rng, 2)
    domain = f"{rng.choice(OF_CLIENTS)}({text!r}, details={{{key!r}: 1}})"
    zero, unknown = f"ZeroDivisionError({text!r})", f"{rng.choice(UNKNOWN)}({text!r})"
    for hook, source in (
        ("before_request", rng.choice([domain, zero, unknown])),
        ("after_request", domain),
        ("after_request", rng.choice([zero, unknown])),
    ):
        yield step("anywhere", f"{hook}: raise {source}", ask="hook", hook=hook, source=source)
    for ask, where in (
        ("blueprints", "the app, an early and a late blueprint"),
        ("async_view", "an async def view"),
        ("after", "X-Stamp of after_request, and the hooks that ran"),
    ):
        source = rng.choice([domain, unknown])
        yield step("anywhere", f"{where}: raise {source}", ask=ask, source=source)


def _modes(rng):
    text = words(rng, 1)[0]
    client, unknown = f"{rng.choice(OF_CLIENTS)}({text!r})", f"{rng.choice(UNKNOWN)}({text!r})"
    for ask, source in (("head", rng.choice([client, unknown])), ("debug", unknown)):
        yield step("modes", f"{ask.upper()}: raise {source}", ask=ask, source=source)
    source = rng.choice([f"SystemExit({rng.randrange(1, 100)})", "KeyboardInterrupt()"])
    yield step("modes", f"is what leaves the app the very {source}?", ask="leaves", source=source)


RECORDS = []
HANDLER = logging.Handler(logging.DEBUG)
HANDLER.emit = RECORDS.append


def since(level):
    return [record for record in RECORDS if record.levelno >= getattr(logging, level)]


def observe(solution, steps):
    root = logging.getLogger()
    root.addHandler(HANDLER)
    try:
        return answers(solution, steps, ASKS)
    finally:
        root.removeHandler(HANDLER)
        shared.cache_clear()


def bare_app():
    """Return an app without the search for its folders, which takes its time."""
    RECORDS.clear()
    return Flask("parcels", static_folder=None, root_path="/", instance_path="/")


def serving(solution, view=lambda: "Parcels.", methods=("GET",), **options):
    """Return a client of a new app with one view."""
    app = bare_app()
    solution.register_error_handlers(app, **options)
    app.add_url_rule("/", "view", view, methods=methods)
    return wsgi.client(app)


@functools.cache
def shared(solution):
    """Return a client for many steps, for rules take their time, and a list of what to do next."""
    turn = []
    client = serving(solution, lambda: turn[0]())
    client.application.add_url_rule("/shelves/", "shelves", lambda: "Shelves.")
    return client, turn


def fetch(solution, step, view=None):
    client, turn = shared(solution)
    turn[:] = [view or doing(step)]
    RECORDS.clear()
    return client.open(step.get("path", "/"), method=step.get("method", "GET"))


def doing(step):
    """Return a view that raises, or returns, what the step says; its ``value`` is that object."""
    source, _, cause = step.get("source", "'Parcels.'").partition(" from ")
    value = None if source.startswith("abort(") else eval(source, NAMES)

    def view(*_):
        if value is None:
            eval(source, NAMES)
        if cause:
            raise value from eval(cause, NAMES)
        if isinstance(value, BaseException):
            raise value
        return value

    view.value = value
    return view


def told(response):
    """Return status, content types and JSON of an answer."""
    types = [kind.split(";")[0] for kind in response.headers.getlist("Content-Type")]
    return [response.status_code, types, json.loads(response.get_data())]


def coded(response):
    """Return the same, with whether the message is a text in place of the message."""
    status, types, body = told(response)
    message = body["error"]["message"]
    body["error"]["message"] = isinstance(message, str) and bool(message.strip())
    return [status, types, body]


def answer(solution, step):
    return told(fetch(solution, step))


def silence(solution, step):
    response = fetch(solution, step)
    whole = f"{response.headers}\n{response.get_data(as_text=True)}".lower()
    return [told(response), [secret for secret in step["secrets"] if secret.lower() in whole]]


def levels(solution, step):
    status = fetch(solution, step).status_code
    return [status, [record.levelname for record in since(step["since"])]]


def logged(solution, step):
    fetch(solution, step, view := doing(step))
    found = since(step["since"])
    return [[r.levelname, bool(r.exc_info) and r.exc_info[1] is view.value] for r in found]


def loggers(solution, step):
    """Return the names of the loggers that apps with their own wrote to."""
    chosen = [logging.getLogger(name) for name in step["loggers"]]
    clients = [serving(solution, doing(step), logger=logger) for logger in chosen]
    for client in clients:
        client.get("/")
    return [record.name for record in since(step["since"])]


def envelope(solution, step):
    return coded(fetch(solution, step))


def reading(solution, step):
    client = serving(solution, lambda: request.get_json(), methods=["POST"])
    client.application.config["MAX_CONTENT_LENGTH"] = 20
    large = client.post("/", data="9" * 21, content_type="application/json")
    refused = client.post("/", data=step["data"], content_type=step["kind"])
    return [coded(refused), told(large)[:2]]


def headers(solution, step):
    return fetch(solution, step).headers.getlist(step["name"])


def allow(solution, step):
    return sorted(serving(solution, methods=step["methods"]).post("/").allow)


def plain(solution, step):
    response = fetch(solution, step)
    kept = [response.headers.get(name) for name in ("X-Shelf", "Location", "Content-Type")]
    return [response.status_code, kept, response.get_data(as_text=True)]


def hook(solution, step):
    client, fail = serving(solution), doing(step)
    getattr(client.application, step["hook"])(fail)
    response = client.get("/")
    return told(response) if isinstance(fail.value, errors.APIError) else coded(response)


def blueprints(solution, step):
    app = bare_app()
    app.add_url_rule("/", "view", doing(step))
    for when in ("early", "late"):
        blueprint = Blueprint(when, when, root_path="/")
        blueprint.add_url_rule("/", "view", doing(step))
        app.register_blueprint(blueprint, url_prefix=f"/{when}")
        if when == "early":
            solution.register_error_handlers(app)
    client = wsgi.client(app)
    return [coded(client.get(path)) for path in ("/", "/early/", "/late/")]


def async_view(solution, step):
    async def view():
        await asyncio.sleep(0)
        doing(step)()

    return coded(serving(solution, view).get("/"))


def after(solution, step):
    client, seen = serving(solution, doing(step)), []
    client.application.teardown_request(lambda _: seen.append("torn down"))

    @client.application.after_request
    def stamp(response):
        seen.append(response.status_code)
        response.headers["X-Stamp"] = "stamped"
        return response

    return [client.get("/").headers.get("X-Stamp"), seen]


def head(solution, step):
    client, turn = shared(solution)
    turn[:] = [doing(step)]
    with wsgi.open_request(client.application, "HEAD", "/") as exchange:
        start = exchange.start()
        kind = start.headers.get("Content-Type", "").split(";")[0]
        return [start.status, kind, exchange.next_chunk()]


def debug(solution, step):
    """Return the answer in debug mode, and how many records more it causes."""
    counts = []
    for mode in (False, True):
        client = serving(solution, doing(step))
        client.application.config.update(DEBUG=mode, PROPAGATE_EXCEPTIONS=False)
        response = client.get("/")
        counts.append(len(since("WARNING")))
    return [coded(response), counts[1] - counts[0]]


def leaves(solution, step):
    view = doing(step)
    try:
        return told(fetch(solution, step, view))
    except BaseException as found:
        return found is view.value


_ANSWERS = (answer, silence, envelope, reading, headers, allow, plain, levels, logged, loggers)
_PLACES = (hook, blueprints, async_view, after, head, debug, leaves)
ASKS = {ask.__name__: ask for ask in (*_ANSWERS, *_PLACES)}
