"""Questions about p17 · FastAPI exception middleware."""

import asyncio
import contextvars
import functools
import gc
import json
import logging
import weakref
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from pydantic import PositiveFloat, create_model
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route, Router

from grader.given import errors
from grader.testkit.asgi import http_scope, lifespan_scope, play, websocket_scope
from grader.testkit.probe import answers, step, words

OF_CLIENTS = [name for name in errors.__all__ if name != "APIError"]
UNKNOWN = ("KeyError", "ValueError", "OverflowError", "PermissionError", "below(Exception)")
# Statuses outside of the hierarchy whose phrase is the same in all versions of Python.
OTHERS = (402, 406, 408, 410, 411, 412, 415, 417, 423, 424, 428, 451, 501, 502, 503, 504)
SCOPES = {"websocket": websocket_scope("/talk"), "lifespan": lifespan_scope()}
SENT = {"lifespan": ["lifespan.startup"], "websocket": ["websocket.connect", "websocket.receive"]}
SHOP = "https://shop.example"
TENANT = contextvars.ContextVar("tenant", default="nobody")

Item = create_model("Item", price=(PositiveFloat, ...))


def below(base, **attributes):
    return type("Own", (base,), attributes)


# What the endpoints are to do, and what they did.
NOW, LOG, ROOT = SimpleNamespace(), [], []
LOGGER, TO_LOG, TO_ROOT = logging.Logger("handed in"), logging.Handler(30), logging.Handler(30)
TO_LOG.emit, TO_ROOT.emit = LOG.append, ROOT.append
LOGGER.addHandler(TO_LOG)
NAMES = {name: value for name, value in globals().items() if not name.startswith("_")}
NAMES |= {name: getattr(errors, name) for name in errors.__all__}
NAMES |= {"current_request_id": lambda: NOW.current(), "cancel": lambda: NOW.task.cancel()}


def steps(rng):
    text, *more = words(rng, 5)
    base, other, status = *rng.sample(OF_CLIENTS, 2), rng.choice((402, 410, 423, 451))
    drawn = SimpleNamespace(text=text, more=more, number=rng.randrange(1, 100))
    drawn.unknown = f"raise {rng.choice(UNKNOWN)}({text!r})"
    drawn.ours = f"raise {base}({text!r}, details={{{more[1]!r}: ['Ærø ✓', 7]}})"
    drawn.own = f"raise below({other}, status_code={status}, code={more[0]!r})({text!r})"
    data = {"names": more[:2], "secrets": [text, "Own", "Error(", "Traceback", "price", "zero"]}
    for part in (_errors, _framework, _validation, _details, _ids, _untouched, _answers):
        for name, show, request, does in part(rng, drawn):
            method, path = request.split()
            ask = "scope" if method == "SCOPE" else "shown"
            asked = f"{request}: {does}; {show}"
            yield step(name, asked, ask=ask, show=show, method=method, path=path, does=does, **data)


def _errors(rng, drawn):
    places = rng.sample(["GET /", "GET /def", "GET /dependency"], 3)
    for does, place in zip((drawn.ours, drawn.own, "raise APIError(details={})"), places):
        yield "domain", "status type json", place, does
    show = "status type json leaks raised"
    zero, log = rng.sample(["ZeroDivisionError", "below(ZeroDivisionError)"], 2)
    yield "division", show, "GET /", f"raise {zero}({drawn.text!r})"
    yield "division", "levels", "GET /", f"raise {log}()"
    yield "unknown", show, "GET /?debug", drawn.unknown
    yield "unknown", show, "GET /alone", drawn.unknown
    yield "unknown", show, "GET /", f"raise Item(price={drawn.text!r})"
    yield "unknown", show, "GET /model", f"return {{'price': {drawn.text!r}}}"
    yield "unknown", "status json raised", "GET /?together", drawn.unknown
    yield "unknown", "status alive", "GET /", "raise below(Exception)()"
    failure = f"below(ConflictError, status_code={rng.choice((500, 502, 503, 507))})"
    yield "log", "status log root", "GET /", f"raise {failure}()"
    yield "log", "status log root", "GET /", drawn.own
    yield "log", "status log root", "GET /", rng.choice([drawn.unknown, "raise APIError()"])
    yield "log", "status log", rng.choice(["GET /", "GET /nowhere"]), "raise HTTPException(403)"
    yield "log", "status root", "GET /?unlogged", drawn.unknown


def _framework(rng, drawn):
    first, second = rng.sample(["HTTPException", "StarletteHTTPException"], 2)
    known, unknown = rng.choice((401, 403, 422)), rng.choice((400, 404, 409, 429, 500))
    odd = rng.choice([{drawn.text: 1999}, [drawn.text, 7], ""])
    headers = {"Retry-After": f"{drawn.number}", "WWW-Authenticate": drawn.text}
    show = "status type code www-authenticate retry-after"
    yield "framework", show, "GET /", f"raise {first}({known}, headers={headers})"
    yield "framework", show, "GET /", f"raise {second}({unknown}, headers={headers})"
    yield "framework", show, "GET /", f"raise StarletteHTTPException({rng.choice(OTHERS)})"
    yield "framework", show, "GET /", f"raise HTTPException(410, {odd!r})"
    for request in (f"GET /{drawn.text}", rng.choice(["DELETE /", "PUT /"])):
        yield "framework", "status type code allow", request, "return 7"
    source = f"HTTPException({rng.choice((204, 304))}, headers={{'ETag': {drawn.text!r}}})"
    yield "framework", "status etag body", "GET /", f"raise {source}"
    source = f"raise HTTPException({rng.choice(OTHERS)})"
    yield "framework", "status type body", "HEAD /", rng.choice([drawn.unknown, drawn.ours, source])
    yield "framework", "status type body", "HEAD /typed?limit=many", "return 7"


def _validation(rng, drawn):
    items = [{"price": 1}, {"price": "free"}, {}, {"price": -1}]
    document = [rng.choice(items) for _ in range(rng.randrange(1, 5))]
    nan = [{"price": float("nan")}] * rng.randrange(1, 4)
    raw = bytes([255, 254, drawn.number]).decode("latin-1")
    show, path = "status type code message", "POST /typed"
    yield "validation", f"{show} log", f"{path}?limit=many", json.dumps(document)
    yield "validation", show, path, json.dumps(nan)
    yield "validation", show, f"{path}?raw=1", raw


def _details(rng, drawn):
    (first, second, third, key), number = drawn.more, drawn.number
    day = f"{rng.randrange(2000, 2030)}, {rng.randrange(1, 13)}, 7"
    odd = [f"Decimal('{number}.5')", f"{{{number}}}", f"bytes([{number}])", f"Path({first!r})"]
    value, deep = rng.sample(odd, 2)
    known = rng.choice([f"date({day})", f"datetime({day}, 8, 30)"])
    place, row = f"below(tuple)(({number}, {second!r}))", f"below(list)([{number}, {value}])"
    for details in (
        f"{{{first!r}: {value}, {second!r}: [{{{third!r}: ({deep}, {number})}}], 'on': {known}}}",
        f"{{{first!r}: 1, {number}: 2, None: 3, ({number}, {key!r}): {{True: {known}}}}}",
        f"{{{key!r}: below(dict)({{{first!r}: {place}, {second!r}: {row}}})}}",
        f"{{'Ž': [None, True, 0, {-number / 4}, '', [[], {{}}, {{{key!r}: ('✓',)}}]]}}",
    ):
        yield "details", "json", "GET /", f"raise ConflictError({first!r}, details={details})"


def _ids(rng, drawn):
    ways = ["/def", "/stream?count=2", "/typed?limit=x", "/def/", "/old/"]
    for path in ("/alone", rng.choice([*ways, "/nowhere"])):
        yield "request-id", "x-request-id", f"GET {path}", drawn.unknown
    yield "request-id", "new-ids", rng.choice(["GET /", "GET /nowhere"]), drawn.unknown
    yield "request-id", "json", "GET /def", "return current_request_id()"
    yield "request-id", "seen", "GET /later", "return current_request_id()"
    yield "request-id", "json x-request-id", "GET /?together", "return current_request_id()"
    yield "request-id", "outside", f"GET {rng.choice(['/', '/def', '/later'])}", drawn.unknown


def _untouched(rng, drawn):
    show, count, unknown = "wire raised log root", rng.randrange(1, 4), drawn.unknown
    for path in ("/stream?count=0", f"/stream?count={count}"):
        yield "started", show, f"GET {path}", unknown
        yield "untouched", show, f"GET {path}", "raise ClientDisconnect()"
    yield "started", show, "GET /later", unknown
    leaving = rng.choice([f"SystemExit({drawn.number})", "KeyboardInterrupt()"])
    for source in (leaving, "ClientDisconnect()"):
        yield "untouched", show, "GET /", f"raise {source}"
    yield "untouched", "wire seen raised log", "GET /", "return cancel()"
    yield "untouched", "scope, receive, send", f"SCOPE /alone/{rng.choice([*SCOPES])}", unknown
    for kind in SCOPES:
        yield "untouched", "what is sent", f"SCOPE /talk/{kind}", unknown


def _answers(rng, drawn):
    text, status, more = drawn.text, rng.choice((400, 404, 409, 500, 503)), drawn.more
    pairs = [(b"X-Shelf", word.encode()) for word in more[:2]]
    show = "status location x-shelf type body"
    plain = [f"RedirectResponse('/{text}')", f"JSONResponse({{{text!r}: 7}}, {status})"]
    yield "streams", show, "GET /", f"return {rng.choice(plain)}"
    yield "streams", show, "GET /", f"return Response({text!r}, {status}, Headers(raw={pairs}))"
    yield "streams", "wire pace seen", f"GET /stream?count={rng.randrange(1, 5)}", "return 7"
    yield "streams", "wire pace seen", "GET /later", "return 7"
    yield "streams", "json", "POST /parts", " ".join(more)
    yield "neighbours", "status access-control-allow-origin", "GET /", drawn.unknown
    yield "neighbours", "status seen", "GET /unit", rng.choice([drawn.ours, drawn.unknown])
    yield "neighbours", "status type json", "GET /old/", drawn.ours
    yield "neighbours", "status type code", "GET /old/", drawn.unknown
    request = rng.choice(["GET /old/nowhere", "DELETE /old/"])
    yield "neighbours", "status type code", request, "return 7"
    yield "neighbours", "json", rng.choice(["GET /", "GET /def"]), "return TENANT.get()"


def observe(solution, steps):
    logging.getLogger().addHandler(TO_ROOT)
    # What is there need not be searched when what the steps leave behind is collected.
    gc.freeze()
    try:
        with asyncio.Runner() as NOW.runner:
            return answers(solution, steps, ASKS)
    finally:
        gc.collect()
        gc.unfreeze()
        logging.getLogger().removeHandler(TO_ROOT)


def do():
    verb, _, source = NOW.step["does"].partition(" ")
    NOW.value = eval(source, NAMES)
    if verb == "raise":
        raise NOW.value
    return NOW.value


async def view(request: Request):
    await NOW.barrier.wait()
    result = do()
    await asyncio.sleep(0)
    return result


async def stream(count: int):
    async def body():
        for number in range(count):
            NOW.seen.append(number)
            yield f"{number},"
        do()

    return StreamingResponse(body())


async def later(tasks: BackgroundTasks):
    tasks.add_task(lambda: NOW.seen.append(do()))
    return "well"


async def unit():
    try:
        yield
    except Exception as error:
        NOW.seen.append(error is NOW.value)
        raise


async def parts(request: Request):
    chunks = request.stream()
    first = await anext(chunks)
    return [len(NOW.seen), first, *[chunk async for chunk in chunks if chunk]]


async def talk(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text() + "!")
    do()


async def typed(limit: int = 5, items: list[Item] | None = None): ...


async def raw(scope, receive, send):
    NOW.seen += [scope, receive, send]
    do()
    await Response("raw")(scope, receive, send)


ENDPOINTS = {"def": do, "dependency": view, "unit": view, "model": view}
ENDPOINTS |= {endpoint.__name__: endpoint for endpoint in (stream, later, typed, parts)}
OPTIONS = {"dependency": {"dependencies": [Depends(do)]}, "unit": {"dependencies": [Depends(unit)]}}
OPTIONS["model"] = {"response_model": Item}


@functools.lru_cache(30)
def app_of(solution, path, flag):
    if path == "/alone":
        return solution.ErrorMiddleware(raw, logger=LOGGER)
    app, name = FastAPI(openapi_url=None, debug=flag == "debug"), path[1:]
    if name == "old":
        app.mount(path, Router([Route("/", view)]))
    elif name == "talk":
        app.websocket(path)(talk)
    else:
        endpoint, path = ENDPOINTS.get(name, view), path if name in ENDPOINTS else "/"
        app.api_route(path, methods=["GET", "HEAD", "POST"], **OPTIONS.get(name, {}))(endpoint)
    app.add_middleware(CORSMiddleware, allow_origins=[SHOP])
    solution.install_error_handling(app, **({} if flag == "unlogged" else {"logger": LOGGER}))
    return app


def ready(solution, step):
    """Let the endpoints do what the step says, and return an app that has its path."""
    NOW.step, NOW.seen, NOW.value, NOW.current = step, [], None, solution.current_request_id
    del LOG[:], ROOT[:]
    path, _, flag = step["path"].partition("?")
    return app_of(solution, "/" + path.split("/")[1], "" if "=" in flag else flag)


async def fetched(app, step, own):
    """Return what the app sends and raises, served in this very task."""
    sent, kind = [], "application/octet-stream" if "raw" in step["path"] else "application/json"
    headers = {"origin": SHOP, "content-type": kind} | ({"x-request-id": own} if own else {})
    scope = http_scope(step["method"], step["path"], headers=headers)
    body = step["does"].encode("latin-1") if step["method"] == "POST" else b""
    parts = iter([*(body.split(b" ") if step["path"] == "/parts" else [body]), b""])

    async def receive():
        for part in parts:
            NOW.seen += [part] * (step["method"] == "POST")
            return {"type": "http.request", "body": part, "more_body": part != b""}
        await asyncio.Event().wait()

    async def send(message):
        # Who does not wait for the server goes on while it takes its time.
        for _ in range(5 * ("pace" in step["show"])):
            await asyncio.sleep(0)
        sent.append({**message, "seen": [*NOW.seen]})

    before, NOW.task = NOW.current(), asyncio.current_task()
    error = await left_by(app, scope, receive, send)
    start = next((message for message in sent if "headers" in message), {"headers": []})
    got = {"sent": sent, "error": error, "ids": [before, NOW.current()]}
    got["body"] = b"".join(message.get("body", b"") for message in sent)
    return SimpleNamespace(status=start.get("status"), headers=Headers(raw=start["headers"]), **got)


async def left_by(app, *arguments):
    try:
        async with asyncio.timeout(3):
            await app(*arguments)
    except BaseException as error:
        return error


def raised(error):
    return "the very error" if error is NOW.value is not None else type(error).__name__


def masked(found):
    """Return an object with, in place of its message, whether that is a text."""
    if "message" not in found:
        return found
    is_text = isinstance(found["message"], str) and bool(found["message"])
    return [found["path"], is_text] if "path" in found else {**found, "message": is_text}


def logged(records):
    found = [(r.levelname, r.exc_info or [None] * 3) for r in records if r.levelno >= logging.ERROR]
    return [[level, error is NOW.value, trace is not None] for level, (_, error, trace) in found]


def alive(_):
    """Tell whether what was raised is alive when nobody here keeps it."""
    ref, NOW.value = weakref.ref(NOW.value), None
    LOG.clear()
    gc.collect()
    return ref() is not None


# Anything else that is to be shown is a header.
SHOWN = {
    "status": lambda r: r.status,
    "type": lambda r: [kind.split(";")[0] for kind in r.headers.getlist("content-type")],
    "allow": lambda r: sorted(r.headers.get("allow", "").replace(" ", "").split(",")),
    "body": lambda r: r.body,
    "json": lambda r: json.loads(r.body),
    "code": lambda r: json.loads(r.body, object_hook=masked),
    "message": lambda r: json.loads(r.body)["error"]["message"],
    "leaks": lambda r: [s for s in NOW.step["secrets"] if s.lower() in f"{r.sent}".lower()],
    "wire": lambda r: [[m.get(k) for k in ("type", "status", "body", "more_body")] for m in r.sent],
    "raised": lambda r: raised(r.error),
    "alive": alive,
    "outside": lambda r: r.ids,
    "pace": lambda r: [message["seen"] for message in r.sent],
    "seen": lambda _: NOW.seen,
    "levels": lambda _: [record.levelname for record in LOG],
    "log": lambda _: logged(LOG),
    "root": lambda _: logged(ROOT),
}


def shown(solution, step):
    """Ask for what is shown, of as many requests at once as there are ids; None: to be made."""
    app, names, show = ready(solution, step), step["names"], step["show"].split()
    owns = [None, None] if "new-ids" in show else [f"{names[0]}=1-67a8; (b/c) d+e=="]
    owns = names if "together" in step["path"] else owns
    NOW.barrier = asyncio.Barrier(len(owns))

    async def main():
        return await asyncio.gather(*(fetched(app, step, own) for own in owns))

    context = contextvars.copy_context()
    context.run(TENANT.set, names[0])
    found = NOW.runner.run(main(), context=context)
    if None in owns:
        ids = [r.headers.getlist("x-request-id") for r in found]
        return [[*map(len, ids)], len({own for own, *_ in ids if own})]
    rows = [[SHOWN[n](r) if n in SHOWN else r.headers.getlist(n) for n in show] for r in found]
    return rows if len(rows) > 1 else rows[0]


def scope(solution, step):
    app, kind, (word, *_) = ready(solution, step), step["path"].split("/")[-1], step["names"]
    if step["path"].startswith("/alone"):
        given = SCOPES[kind], object(), object()
        error = NOW.runner.run(left_by(app, *given))
        return [raised(error), [a is b for a, b in zip(NOW.seen, given)]]
    messages = [{"type": name, "text": word} for name in SENT[kind]]
    played = NOW.runner.run(play(app, SCOPES[kind], *messages))
    return [raised(played.error), [[m["type"], m.get("text")] for m in played.sent]]


ASKS = {"shown": shown, "scope": scope}
