"""Questions about p18 · Shared validation."""

import asyncio
import functools
import io
import json
import sys
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType, SimpleNamespace

import fastapi  # noqa: F401  # both take their time, which is not the solution's
import flask  # noqa: F401

from grader.answers import canonical, encode
from grader.given.errors import ValidationError
from grader.testkit.asgi import http_scope
from grader.testkit.probe import answers, step, words

JSON = "application/json"
FRAMEWORKS = {"flask": ("flask", "werkzeug"), "fastapi": ("fastapi", "starlette")}
SAME = ("Application/JSON", f"{JSON} ; charset=utf-8", f"{JSON};v=2")
VENDORS = ("application/vnd.shop.order+json", "application/problem+JSON; v=1")
ALIKE = ("application/json5", "application/xjson", "text/json", "image/x+json", "text/x; a=+json")
OTHERS = ("text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/mixed")


def steps(rng):
    for part in (_valid, _fields, _types, _all_errors, _imports, _created, _invalid):
        yield from part(rng)
    for part in (_content_types, _unreadable, _strict, _exact, _parity):
        yield from part(rng)


def _order(rng, **changes):
    """Return a valid order with changes; the value ``...`` takes a key out."""
    first, second, note = words(rng, 3)
    items = [{"sku": name, "quantity": rng.randrange(1, 50)} for name in (first, second)]
    amount = rng.choice([rng.randrange(1, 900), rng.randrange(1, 900) / 8])
    items = items[: rng.randrange(1, 3)]
    plain = {"user_id": rng.randrange(1, 1000), "amount": amount, "items": items}
    plain = {**plain, "note": note, **changes}
    return {key: value for key, value in plain.items() if value is not ...}


def _item(rng, **changes):
    plain = {"sku": words(rng, 1)[0], "quantity": rng.randrange(1, 50), **changes}
    return {key: value for key, value in plain.items() if value is not ...}


def _validates(behaviour, payload, ask="outcome", **data):
    asked = f"validate_order({payload!r})"
    return step(behaviour, asked, ask=ask, payload=payload, **data)


def _valid(rng):
    word, other = words(rng, 2)
    spaced = [_item(rng, sku=f" {word} "), _item(rng, sku=" ")]
    edge = {"user_id": 1, "amount": rng.choice([0, -0.0, 0.0]), "note": ""}
    for payload in (
        _order(rng, note=...),
        _order(rng, items=spaced, note=f"{other} ", amount=rng.randrange(900)),
        _order(rng, items=[_item(rng, quantity=1)], **edge),
    ):
        yield _validates("valid-order", payload)
    for payload in (_order(rng, note=...), _order(rng, zip=1, items=[_item(rng, sku=" "), 5])):
        asked = f"the payload after validate_order({payload!r})"
        yield step("valid-order", asked, ask="payload_after", payload=payload)
    yield _validates("valid-order", _order(rng), "shared")
    asked = "an order, its details changed; an invalid one; the first order again; both as they are"
    first, second = _order(rng), _order(rng, user_id=0)
    yield step("valid-order", asked, ask="again", payload=first, second=second)


def _fields(rng):
    keys = ["user_id", "amount", "items"]
    below = rng.choice([("user_id", -rng.randrange(9)), ("amount", -rng.randrange(1, 99) / 8)])
    for changes in (
        {rng.choice(keys): ...},
        {rng.choice(keys): None},
        {"note": rng.choice([rng.randrange(9), [], {}])},
        dict([below]),
        {"user_id": 0},
        {"items": []},
        {"items": [_item(rng, **rng.choice([{"sku": ""}, {"quantity": 0}, {"sku": None}]))]},
    ):
        yield _validates("field-errors", _order(rng, **changes))


def _types(rng):
    number = rng.randrange(1, 99)
    for payload in (
        _order(rng, **{rng.choice(["user_id", "amount"]): str(number)}),
        _order(rng, user_id=True),
        _order(rng, amount=False),
        _order(rng, user_id=rng.choice([float(number), number + 0.5])),
        _order(rng, items=rng.choice([_item(rng), {}, "tea", 7])),
        rng.choice([[], [_order(rng)], "order", "", number, 0, False]),
        None,
    ):
        yield _validates("strict-types", payload)


def _all_errors(rng):
    first, second, third = words(rng, 3)
    odd = {
        "user_id": rng.choice(["7", True, 0, 7.5, [], None]),
        "amount": rng.choice(["", False, -1, {}, None]),
        "items": rng.choice([None, [], {}, "tea"]),
        "note": rng.choice([1, False, [], {}]),
        first: None,
        second: rng.choice(["", 0, {}]),
        third.upper(): 1,
    }
    keys = rng.sample(sorted(odd), rng.randrange(5, 8))
    yield _validates("all-errors", {key: odd[key] for key in [first, *keys]})
    items = [
        {first: None, "quantity": 0},
        _item(rng, quantity=True),
        _item(rng),
        {"quantity": "7", "sku": ""},
        rng.choice([None, "tea", [], 7]),
    ]
    payload = _order(rng, note=rng.choice([5, []]), items=rng.sample(items, 5))
    yield _validates("all-errors", payload)
    yield _validates("all-errors", _order(rng, zip=None))


def _imports(rng):
    for without in ("both", "flask", "fastapi"):
        asked = f"your file, run anew without {without}: an order, and what it tried to import"
        data = {"without": without, "payload": _order(rng, amount=19.5)}
        yield step("no-framework", asked, ask="no_framework", **data)


def _body(payload, **options):
    return repr(json.dumps(payload, **options).encode())


def _posts(behaviour, body, kind=JSON, ask="posted"):
    asked = f"POST to both apps, {kind}: {body}"
    return step(behaviour, asked, ask=ask, body=body, kind=kind)


def _created(rng):
    payload = _order(rng, amount=rng.randrange(1, 99))
    yield _posts("answers-created", _body(payload))
    yield _posts("answers-created", _body(_order(rng, note=...)), ask="posted_after")


def _invalid(rng):
    odd = {"zip": 1, "note": rng.randrange(9), "amount": "19.5", "items": [{"sku": None}]}
    yield _posts("answers-invalid", _body(odd))
    others = [b"[]", b"[1]", b'"order"', b"0", b"false", b'""']
    for body in (b" null\n", rng.choice(others), b"{}"):
        yield _posts("answers-invalid", repr(body))


def _content_types(rng):
    good = _body(_order(rng, amount=19.5))
    kinds = [rng.choice(SAME), rng.choice(VENDORS), rng.choice([None, ""])]
    for kind in (*kinds, *rng.sample(ALIKE, 2)):
        yield _posts("content-types", good, kind)
    body = repr(rng.choice([b"", b"{", b"null", b"\xff"]))
    yield _posts("content-types", body, rng.choice(OTHERS))


def _unreadable(rng):
    text = _order(rng, note="ring twice")
    encoding = rng.choice(["utf-16", "utf-16-le", "utf-32"])
    for body in (
        rng.choice([b"", b" \n"]),
        rng.choice([b"{", b"user_id=7", b"{'user_id': 7}", b"{} {}", b'{"a": 1,}']),
        rng.choice([b"\x0cnull", b"null\x0b", "\u3000null\u00a0".encode()]),
        json.dumps(text).encode().replace(b"ring ", rng.choice([b"ring\t", b"ring\n"])),
        rng.choice([b'{"note": "\xff"}', b'"caf\xe9"', b'"\xed\xa0\x80"']),
    ):
        yield _posts("unreadable", repr(body))
    yield _posts("unreadable", f"{json.dumps(text)!r}.encode({encoding!r})")


def _strict(rng):
    good, number = json.dumps(_order(rng, amount=19.5)), rng.choice(["1e400", "-1e400"])
    for word in (rng.choice(["NaN", "Infinity", "-Infinity"]), number):
        inside = rng.choice([good.replace("19.5", word), f'{{"x": [{word}]}}'])
        yield _posts("strict-json", repr(inside.encode()))
    twice = [b'{"a": 1, "a": 1}', rb'{"a": 1, "\u0061": 2}', b'{"items": [{"sku": 1, "sku": 2}]}']
    yield _posts("strict-json", repr(rng.choice(twice)))
    yield _posts("strict-json", f"b'{rng.randrange(1, 9)}' * {rng.randrange(4301, 5000)}")
    yield _posts("strict-json", rng.choice(["b'['", "b'{\"a\":'"]) + " * 100_000")


def _exact(rng):
    word, other = words(rng, 2)
    text = f"Grüße {word}, cafe\u0301, 東京 \U0001f375 \u2028 \x00 <b>&amp;\\"
    yield _posts("exact-values", _body(_order(rng, note=text), ensure_ascii=False))
    body = _body(_order(rng, note="?"))
    yield _posts("exact-values", f"{body}.replace(b'?', b'[' * {rng.randrange(20_000, 30_000)})")
    yield _posts("exact-values", _body(_order(rng, note=f"{word} NaN, Infinity, 1e400, [[[[")))
    yield _posts("exact-values", _body(_order(rng, note=f"{word}\ud83c")))
    yield _posts("exact-values", _body({**_order(rng), f"{other}\udf75": 1}), ask="details")
    number = rng.choice([2**53 + 1, 2**64 + rng.randrange(99), 10 ** rng.randrange(25, 50)])
    yield _posts("exact-values", _body(_order(rng, user_id=number, amount=number)))
    latin = _body(_order(rng, note="café"), ensure_ascii=False)
    yield _posts("exact-values", latin, f"{JSON}; charset=latin-1")


def _parity(rng):
    good = json.dumps(_order(rng)).encode()
    start = rng.randrange(len(good))
    damaged = good[:start] + rng.randbytes(rng.randrange(3)) + good[start + rng.randrange(5) :]
    odd = {key: rng.choice([None, True, -2, 7.0, "7", []]) for key in ("amount", "items", "zip")}
    fixed = rng.choice([b"", b"{", b'{"a": 1, "a": 2}', b"NaN", b"[]"])
    for body in (b"\xff", b"null", fixed, damaged, json.dumps(odd).encode()):
        yield _posts("parity", repr(body), ask="compared")
    yield _posts("parity", "b'[' * 100_000", ask="compared")
    yield _posts("parity", repr(good), rng.choice([None, "", *ALIKE, *OTHERS]), ask="compared")


NOW = SimpleNamespace()


def observe(solution, steps):
    with asyncio.Runner() as NOW.runner:
        return answers(solution, steps, ASKS)


def outcome(solution, step):
    return validated(solution, step["payload"])


def validated(solution, payload):
    try:
        return solution.validate_order(payload)
    except ValidationError as error:
        return ["ValidationError", error.details]


def payload_after(solution, step):
    validated(solution, step["payload"])
    return [step["payload"], list(step["payload"])]


def shared(solution, step):
    payload = step["payload"]
    found = solution.validate_order(payload)
    pairs = zip(found["items"], payload["items"])
    inner = [one is other for one, other in pairs]
    return [found is payload, found["items"] is payload["items"], inner]


def again(solution, step):
    """Return what calls give after others, and what the first ones gave as it is then."""
    first = solution.validate_order(step["payload"])
    first["items"][0]["sku"] = first["note"] = "changed"
    refused = validated(solution, step["second"])
    second = solution.validate_order(step["payload"])
    validated(solution, {**step["payload"], "amount": None})
    return [first, refused, second, solution.validate_order(step["payload"])]


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


@contextmanager
def refused(roots, name):
    """Let nobody import the roots; forget what was imported meanwhile."""
    refusal, modules = Refusal(roots), {**sys.modules}
    for each in [each for each in modules if each.partition(".")[0] in roots]:
        del sys.modules[each]
    sys.meta_path.insert(0, refusal)
    sys.modules[name] = ModuleType(name)
    try:
        yield refusal, sys.modules[name]
    finally:
        sys.meta_path.remove(refusal)
        for each in sys.modules.keys() - modules.keys():
            del sys.modules[each]
        sys.modules.update(modules)


@functools.cache
def code_of(path):
    return compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)


def no_framework(solution, step):
    without, payload = step["without"], step["payload"]
    roots = FRAMEWORKS.get(without, [name for names in FRAMEWORKS.values() for name in names])
    with refused(roots, solution.__name__) as (refusal, module):
        module.__file__ = solution.__file__
        exec(code_of(solution.__file__), module.__dict__)
        if without == "both":
            return [validated(module, payload), refusal.asked]
        if without == "flask":
            answer = from_fastapi(module.create_fastapi_app(), json.dumps(payload).encode(), JSON)
        else:
            answer = from_flask(module.create_flask_app(), json.dumps(payload).encode(), JSON)
        return told(answer)[1:]


@functools.lru_cache(1)
def apps(solution):
    return solution.create_flask_app(), solution.create_fastapi_app()


def from_flask(app, body, kind):
    """Return status, content type and body, asked for as a server asks."""
    environ = {
        **{"REQUEST_METHOD": "POST", "PATH_INFO": "/orders", "CONTENT_LENGTH": str(len(body))},
        **{"SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "kata", "SERVER_PORT": "80"},
        **{"SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http"},
        **{"wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO()},
        **dict.fromkeys(["wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once"], False),
    }
    started = []
    environ |= {} if kind is None else {"CONTENT_TYPE": kind}
    content = app(environ, lambda *start: started.extend(start))
    found = b"".join(content)
    content.close()
    types = [value for name, value in started[1] if name.lower() == "content-type"]
    return int(started[0].split()[0]), types, found


def from_fastapi(app, body, kind):
    sent, headers = [], {} if kind is None else {"content-type": kind}

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    headers["content-length"] = str(len(body))
    NOW.runner.run(app(http_scope("POST", "/orders", headers=headers), receive, send))
    start = sent[0]
    types = [value.decode() for name, value in start["headers"] if name.lower() == b"content-type"]
    return start["status"], types, b"".join(message.get("body", b"") for message in sent)


def both(solution, step):
    """Return the answers of both apps: status, content type and JSON."""
    flask_app, fastapi_app = apps(solution)
    asked = eval(step["body"]), step["kind"]
    return [told(from_flask(flask_app, *asked)), told(from_fastapi(fastapi_app, *asked))]


def told(answer):
    status, types, content = answer
    return [status, [kind.partition(";")[0] for kind in types], json.loads(content)]


def posted(solution, step):
    """Ask for the answers, with whether the message is a text in place of the message."""
    found = both(solution, step)
    for _, _, document in found:
        if "error" in document:
            message = document["error"]["message"]
            document["error"]["message"] = isinstance(message, str) and bool(message)
    return found


def posted_after(solution, step):
    """Ask for the answers when other requests were refused before."""
    flask_app, fastapi_app = apps(solution)
    for body in (b"{}", b"[1"):
        from_flask(flask_app, body, JSON)
        from_fastapi(fastapi_app, body, JSON)
    return posted(solution, step)


def details(solution, step):
    return [document["error"]["details"] for _, _, document in both(solution, step)]


def compared(solution, step):
    """Ask whether both answers are JSON, and how many different ones there are."""
    found = both(solution, step)
    return [[types for _, types, _ in found], len({canonical(encode(each)) for each in found})]


_OF_THE_CORE = (outcome, payload_after, shared, again, no_framework)
ASKS = {ask.__name__: ask for ask in (*_OF_THE_CORE, posted, posted_after, details, compared)}
