"""Questions about p20 · Service layer."""

import ast
import asyncio
import functools
import json
import re
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from string import Template
from types import SimpleNamespace
from unittest import mock

import fastapi  # noqa: F401  # loaded before anybody asks: it takes its time
import flask  # noqa: F401

from grader.answers import canonical, encode
from grader.given import live_data
from grader.testkit import wsgi
from grader.testkit.asgi import open_request
from grader.testkit.liveness import LoopGate
from grader.testkit.package import part
from grader.testkit.probe import Raised, answers, attempt, step, words
from grader.testkit.threads import controlled_threads

FRAMEWORKS = ("flask.", "werkzeug.", "fastapi.", "starlette.")
REFUSED = (*FRAMEWORKS, "http.", "httpx.", "grader.given.errors.")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SECRETS = ("0x5EC", "OSError", "ValueError", "KeyError", "Traceback")
CODES = {"InvalidInput": "invalid", "NotFound": "not_found", "Conflict": "conflict"}
USUAL = {"loop-alive": "alive", "parity": "compared"}
INTERNAL = {"code": "internal_error", "details": None}
NOW = SimpleNamespace()


class Shelf:
    """A repository: hands out copies, the latest record first; empty, it is false."""

    store = {}

    def __init__(self, users=(), orders=()):
        self.users, self.orders = ([dict(r) for r in records] for records in (users, orders))
        for name, records in (("user", self.users), ("order", self.orders)):
            setattr(self, f"list_{name}s", functools.partial(self._read, records))
            setattr(self, f"add_{name}", functools.partial(self._add, records))

    def __len__(self):
        return len(self.users) + len(self.orders)

    def get_user(self, user_id):
        return next((user for user in self._read(self.users) if user["id"] == user_id), None)

    def _read(self, records):
        self._begin("reads" in self.store)
        return [dict(record) for record in reversed(records)]

    def _add(self, records, fields):
        self._begin(True)
        records.append({**fields, "id": max((r["id"] for r in records), default=0) + 1})
        return dict(records[-1])

    def _begin(self, may_fail):
        if "gate" in self.store:
            NOW.gate.wait()
        if may_fail and self.store.get("fails"):
            raise eval(self.store["fails"].pop())("disk 0x5EC full")


# One step in a line; <a|b> stands for one of them, $w and so on for something random.
CALLS = r"""
users | memory | get_user($i); get_user($j); get_user($new); get_user(0)
users | memory | create_user({'name': ' $w ', 'email': '$w@x.org'}); create_user({'name': 'O'})
users | memory | create_user({'id': $i, 'name': '$w', 'x': 1}); 'x' in repository.get_user($new)
users | <memory|shelf> | list_users({}); list_users({'limit': '$lim', 'offset': '$off', 'sort': 'x'})
users | nothing in memory | create_user({'name': '$w', 'email': None})
users | <plain|memory of plain> | create_user({'name': '$w', 'email': '$mail'}); list_users({})
users | <plain|memory of plain> | create_user({'name': '$w', 'email': '$Mail'}); list_users({})
users | crowd | create_user({'name': '$w', 'email': '$crowd@ex.org'})
validated | plain | create_user({'name': <None|17|[]>})
validated | plain | create_user({'name': <''|'  '|'\t\n'>})
validated | plain | create_user({'name': '$w', 'email': <5|False|[]|''|'$w'>})
validated | plain | create_user({'name': $n, 'email': '$w'})
validated | plain | create_<user|order>(<None|[]|[1]|'$w'|$n|0|{}>)
validated | plain | create_order({'user_id': <None|'1'|1.0|1$n>})
validated | plain | create_order({'user_id': True, 'amount': False})
validated | plain | create_order({'user_id': 1, 'amount': <'$n'|$n.5|-$n>})
validated | plain | list_orders({'limit': <''|'0'|'1${n}1'|'+5'|' 5'|'2.0'|'1_0'>, 'offset': <'-1'|'²'>})
validated | plain | list_users({'<limit|offset>': <'$w'|'5\n'|'٣'|'-$n'|''>})
validated | plain | list_users({'limit': <'100'|'001'>, 'offset': '000$off'})
orders | <memory|shelf> | list_orders({}); list_orders({'limit': '$lim', 'offset': '$off'}); summary()
orders | memory | create_order({'user_id': $j, 'amount': $n, 'id': $i}); list_orders({'offset': '4'})
orders | memory | create_order({'user_id': $j}); summary()
orders | amounts | summary()
orders | no orders | summary(); create_order({'user_id': 1, 'amount': 0}); summary()
orders | crowd | summary()
own-store | plain | create_user({'name': '$w', 'email': '$mail'}); repository.users
own-store | plain | create_user({'name': '$w', 'email': '$w'}); repository.users
own-store | plain | create_order({'user_id': 1<$n, 'amount': $n|, 'amount': -$n>}); repository.orders
own-store | failing | create_user($user); list_users({}); create_user($user)
own-store | failing | create_order($order); list_orders({}); create_order($order)
own-store | failing to read | create_user($user); create_user($user) | in_turn
own-store | memory of plain | create_user($user); create_order($order) | changed
at-once | plain | create_user($user); create_user({'name': '$v', 'email': '$w@x.org'}) | at_once
at-once | plain | create_user($user); create_user({'name': '$v', 'email': '$v@x.org'}) | at_once
at-once | plain | create_order($order); create_order($order) | shuffled
core-alone | plain | imports, numbers from 400 to 599 and names status_code in its files | sources
core-alone | plain | get_user(1); get_user(50); list_users({}); create_user($user) | alone
core-alone | plain | get_user(1); create_user(None); create_order($order); summary() | alone
"""
# Behaviour, store, request, what it asks of the core; then token and kind, if not the usual ones.
ASKED = r"""
routes | nobody | POST /users {"name": "$w"} | Bearer $t | $json | services
routes | nobody | POST /users {"name": "Zo\u00eb $w", "email": <null|"$w@x.org">}
routes | nobody | POST /orders {"user_id": <1|3>, "amount": $n} | Bearer $t | $form
routes | nobody | POST /orders {"user_id": <1|2>, "amount": $n} | Bearer $t | <|text/plain|$form-x>
routes | nobody | GET /<users|orders>?limit=$lim&offset=$off
routes | nobody | GET /orders/summary
routes | its own | GET /users/4
routes | its own | POST /users {"name": "$w"} | Bearer $t | $json | apart
errors | plain | POST /<users|orders> null
errors | plain | <POST /users {"name": $n}|GET /users?limit=$w|GET /orders?limit=%205>
errors | plain | GET /users/1$n
errors | plain | POST /users {"name": "$w", "email": "$mail"}
errors | plain | POST /<users|orders> <|{|name=$w|"ÿ">
errors | plain | POST /<users|orders> $utf
errors | plain | GET /$w |
errors | plain | GET </users/$w|/users/-1|/users/|/orders/|/users/1/|/orders/$n> | <Bearer $t|>
errors | plain | <DELETE /users|PUT /orders|POST /users/1 {}> | <Bearer $t|>
errors | plain | <GET /users/$n|GET /orders?limit=x|GET /orders/summary|POST /users {> |
errors | plain | GET /users/1 | Basic $t
errors | plain | GET /users/1 | <$t|Bearer|Bearer $w|Bearer$t|Bearer $t$w|Bearer  $t|Bearer $t $w>
errors | raising ValueError | GET /<users/1|orders|orders/summary>
loop-alive | gated | GET /<users|users/1|orders|orders/summary>
loop-alive | gated | POST /<users $USER|orders $ORDER>
parity | its own | GET /users -> list_users({})
parity | its own | GET /users/1$n -> get_user(1$n)
parity | its own | POST /users $USER -> create_user($user)
parity | its own | POST /users $USER -> create_user($user)
parity | its own | POST /users $ODD -> create_user($odd)
parity | its own | GET /orders?limit=$bad -> list_orders({'limit': '$bad'})
parity | its own | GET /users?limit= -> list_users({'limit': ''})
parity | its own | POST /users <|{|ÿ>
parity | its own | GET /$w |
"""


def steps(rng):
    drawn, stores = _drawn(rng)
    seeds, token = [rng.randrange(10**6) for _ in range(2)], f"Bearer {drawn['t']}"
    for behaviour, store, calls, *ask in _rows(rng, drawn, CALLS):
        about = {"ask": [*ask, "session"][0], "store": stores[store], "calls": calls.split("; ")}
        yield step(behaviour, f"over {store}: {calls}", seeds=seeds, **about)
    for app in ("flask", "fastapi"):
        for name, store, request, *row in _rows(rng, drawn, ASKED):
            bearer, kind, ask = *row, *[token, JSON, USUAL.get(name, "answer")][len(row) :]
            behaviour = name if name in USUAL else f"{app}-{name}"
            asked = f"{behaviour} over {store}: {request}; Authorization: {bearer}, as {kind}"
            about = {"app": app, "store": stores[store], "token": drawn["t"], "ask": ask}
            if behaviour != name or app == "fastapi":
                yield step(behaviour, asked, request=request, bearer=bearer, kind=kind, **about)


def _rows(rng, drawn, table):
    """Yield the columns of each row, with what is chosen and drawn in place of its marks."""
    for row in table.strip().splitlines():
        columns = [column.removeprefix(" ") for column in row.split(" |")]
        chosen = [re.sub("<([^<>]*)>", lambda m: rng.choice(m[1].split("|")), c) for c in columns]
        yield [Template(column).substitute(drawn) for column in chosen]


def _drawn(rng):
    """Return what the marks stand for, and the stores by name."""
    w, v, t, first, second = words(rng, 5)
    n, crowd, mail = rng.randrange(10, 100), rng.randrange(110, 160), f"{second}@ex.org"
    (ids, odd), amounts = _odd(rng), rng.sample([12, True, 2.5, -2, "7", 0, n], 7)
    drawn = {"w": w, "v": v, "t": t, "n": n, "mail": mail, "Mail": mail.title(), "crowd": crowd}
    drawn |= {"i": ids[0], "j": ids[-1], "new": ids[-1] + 1, "json": JSON, "form": FORM}
    drawn["utf"] = '{"name": "Al", "user_id": 1}'.encode("utf-16-le").decode("latin-1")
    drawn |= {"lim": rng.randrange(1, 4), "bad": rng.choice(["2", "0", "x"])}
    drawn |= {"user": {"name": w, "email": f"{w}@x.org"}, "order": {"user_id": 1, "amount": n}}
    drawn["odd"] = rng.choice([{"name": " ", "email": 5}, {"name": v, "id": 1}, [1], {}])
    drawn |= {name.upper(): json.dumps(drawn[name]) for name in ("user", "order", "odd")}
    users = [{"id": n, "name": m, "email": f"{m}@ex.org"} for n, m in ((1, first), (2, second))]
    orders = [{"id": n, "user_id": n, "amount": rng.randrange(1, 900)} for n in (1, 2)]
    kept = [{"id": n, "user_id": 1, "amount": amount} for n, amount in enumerate(amounts, 1)]
    plain, fails = {"users": users, "orders": orders}, {"fails": ["OSError"]}
    stores = {"memory": odd, "shelf": odd, "plain": plain, "memory of plain": plain}
    stores |= {"failing": {**plain, **fails}, "failing to read": {**plain, **fails, "reads": True}}
    stores["raising ValueError"] = {**plain, "fails": ["ValueError"], "reads": True}
    stores["gated"] = {**plain, "gate": True}
    stores |= dict.fromkeys(["nothing in memory", "nobody", "its own"], {})
    stores |= {"crowd": {"crowd": crowd}, "amounts": {"orders": kept}}
    stores["no orders"], bare = {"users": users}, {"users": [], "orders": []}
    stores = {kind: {"kind": kind, **bare, **store} for kind, store in stores.items()}
    return {**drawn, "off": rng.randrange(5)}, stores


def _odd(rng):
    ids, (name, other, third) = sorted(rng.sample(range(1, 99), 4)), words(rng, 3)
    users = [{"name": name, "email": f"{name}@ex.org"}, {"name": other, "email": None}]
    users += [{"name": third}, {"name": rng.randrange(99), "email": ""}]
    orders = [{"amount": rng.randrange(1, 99)}, {"amount": None}, {}, {"amount": "900"}]
    users = [{"id": i, **user} for i, user in zip(ids, rng.sample(users, 4))]
    orders = [{"id": i, "user_id": i, **order} for i, order in zip(ids, rng.sample(orders, 4))]
    return ids, {"users": rng.sample(users, 4), "orders": rng.sample(orders, 4)}


def observe(solution, steps):
    # Before a part is loaded: its locks are to be under control.
    NOW.core, is_controlled = None, steps[0]["behaviour"] in ("own-store", "at-once")
    under_control = controlled_threads() if is_controlled else nullcontext()
    with asyncio.Runner() as NOW.runner, under_control as NOW.threads:
        return answers(solution, steps, ASKS)


def service_of(solution, store, kind=Shelf):
    ids = range(1, store.get("crowd", 0) + 1)
    users = [{"id": n, "name": "Al", "email": f"{n}@ex.org"} for n in ids]
    orders = [{"id": n, "user_id": n, "amount": n} for n in ids]
    kind = part(solution, "core.models").MemoryRepository if "memory" in store["kind"] else kind
    repository = kind(store["users"] or users, store["orders"] or orders)
    service = part(solution, "core.services").Service(repository)
    if kind is Shelf:
        repository.store = store
    return SimpleNamespace(service=service, repository=repository)


def outcome(solution, made, call):
    """Return what a call gives; where the core refuses, the code of that."""
    errors = part(solution, "core.errors")
    names = {(name := call.partition("(")[0]): getattr(made.service, name, None)}
    try:
        return eval(call, {**names, "repository": made.repository})
    except errors.ServiceError as error:
        [code] = [CODES[name] for name in CODES if isinstance(error, getattr(errors, name))]
        return {"code": code, "details": getattr(error, "details", None)}


def session(solution, step, made=None):
    made = made or service_of(solution, step["store"])
    return [attempt(outcome, solution, made, call) for call in step["calls"]]


def changed(solution, step):
    """Return what is listed after all that was passed in, given and returned was changed."""
    store, user, order = step["store"], *(eval(c.partition("(")[2][:-1]) for c in step["calls"])
    service, given = service_of(solution, store).service, [user, order, *store["users"]]
    lists = [service.create_user(user), service.create_order(order), service.get_user(1)]
    after = [dict(record) for record in given]
    pages = [service.list_users({}), service.list_orders({})]
    for record in (*given, *lists, *(page["items"][0] for page in pages)):
        record["name"] = record["id"] = record["amount"] = "changed"
    for each in (store["users"], store["orders"], *(page["items"] for page in pages)):
        each.clear()
    return [after, service.list_users({}), service.list_orders({})]


def at_once(solution, step):
    """Ask for two at once, the second when the first has just read, or in turn: locks are seen."""
    memory, found, ask = part(solution, "core.models").MemoryRepository, [], step["ask"]

    def list_slowly(self):
        return [memory.list_users(self), time.sleep(1)][0]

    def check(run):
        service = run.state.service
        sizes = [len(service.list_users({})["items"]), len(service.list_orders({})["items"])]
        kept = {each["id"] for each in run.returned if "id" in each}
        found.append([[each for each in run.returned if "id" not in each], len(kept), sizes])

    kind = Shelf if ask == "in_turn" else type("Slow", (memory,), {"list_users": list_slowly})
    make = functools.partial(service_of, solution, step["store"], kind)
    calls = [lambda made, call=call: outcome(solution, made, call) for call in step["calls"]]
    if ask == "in_turn":
        calls = [functools.partial(session, solution, step)]
    seeds = {"seeds": step["seeds"]} if ask == "shuffled" else {}
    schedule = NOW.threads.shuffle if seeds else NOW.threads.in_turn
    schedule(solution, make, calls, check, **seeds)
    return found


@functools.cache
def nodes(path):
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8-sig"))))


def sources(solution, step):
    """Return what the files of core have no business to name; the first of one name counts."""
    folders, found, names = [Path(folder, "core") for folder in solution.__path__], [], []
    files = {f.relative_to(folder): f for folder in folders[::-1] for f in folder.rglob("*.py")}
    for node in [node for file in files.values() for node in nodes(file)]:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            names += [start, *(f"{start}.{alias.name}" for alias in node.names)]
        fields = [getattr(node, field, None) for field in ("id", "attr", "name", "arg")]
        fields = [field for field in fields if field == "status_code"]
        number = getattr(node, "value", None)
        found += [number] if type(number) is int and 400 <= number <= 599 else fields
    adapters = [name for name in names if "flask_app" in name or "fastapi_app" in name]
    return [found, [name for name in names if f"{name}.".startswith(REFUSED)], adapters]


def alone(solution, step):
    asked = []

    def find_spec(name, path=None, target=None):
        if f"{name}.".startswith(FRAMEWORKS):
            asked.append(name)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    finders = [SimpleNamespace(find_spec=find_spec), *sys.meta_path]
    with mock.patch.dict(sys.modules), mock.patch.object(sys, "meta_path", finders):
        for name in [name for name in sys.modules if f"{name}.".startswith(FRAMEWORKS)]:
            del sys.modules[name]
        return [session(solution, step)[0], asked]


@functools.lru_cache(20)
def app_of(solution, app, token, records):
    create_app = part(solution, f"{app}_app.{'app' if app == 'flask' else 'main'}").create_app
    repository = None if records is None else Shelf(*json.loads(records))
    passed = [] if records is None else [repository]
    return create_app(*passed, token=token), repository


def sent(solution, step, app=None, **changes):
    step, app, store = {**step, **changes}, app or step["app"], step["store"]
    records = None if store["kind"] == "its own" else json.dumps([store["users"], store["orders"]])
    made, repository = app_of(solution, app, step["token"], records)
    if repository is not None:
        repository.store = store
    method, path, body = f"{step['request'].partition(' -> ')[0]} ".split(" ", 2)
    headers = {"Authorization": step["bearer"], "Content-Type": step["kind"]}
    headers = {name: text for name, text in headers.items() if text}
    body = body[:-1].encode("latin-1")
    if app != "flask":
        request = open_request(made, method, path, headers=headers, body=body)
        return NOW.runner.run(from_fastapi(request))
    found = wsgi.client(made).open(path, method=method, headers=headers, data=body)
    return found.status_code, json.loads(found.data), f"{found.headers} {found.data}"


async def from_fastapi(request):
    NOW.gate = LoopGate(patience=2.0)
    async with request as exchange:
        status, headers = await exchange.start()
        content = await exchange.next_chunk()
        await exchange.finish()
    return status, json.loads(content), f"{headers} {content}"


def answer(solution, step):
    """Return status, JSON with whether the message is a text, and what it shows of an error."""
    status, document, everything = sent(solution, step)
    if status >= 400:
        message = document["error"]["message"]
        document["error"]["message"] = isinstance(message, str) and bool(message.strip())
    return [status, document, [word for word in SECRETS if word in everything]]


def apart(solution, step):
    """Return the answer of an app, and whether another one knows its user or its token."""
    new, other = sent(solution, step)[1], {"token": "other", "request": "GET /users/5"}
    found = [sent(solution, step, **other, bearer=b)[0] for b in (step["bearer"], "Bearer other")]
    return [new, found[0], found[1] != 200]


def services(solution, step):
    """Return the statuses of two answers, and how many services the app has made for them."""
    core = part(solution, "core.services")
    is_class = isinstance(core.Service, type)
    owner, name = (core.Service, "__init__") if is_class else (core, "Service")
    with mock.patch.object(owner, name, autospec=True, side_effect=getattr(owner, name)) as made:
        return [[sent(solution, step)[0] for _ in range(2)], max(made.call_count, 1)]


def alive(solution, step):
    return [sent(solution, step)[0], bool(NOW.gate.reports) and all(NOW.gate.reports)]


def compared(solution, step):
    """Return how many answers differ: of the two apps, and without messages of all three."""
    found = [sent(solution, step, app)[:2] for app in ("flask", "fastapi")]
    documents = [document.get("error", document) for _, document in found]
    bare = [{key: each[key] for key in each if key != "message"} for each in documents]
    if " -> " in step["request"]:
        data = {"users": live_data.users(), "orders": live_data.orders()}
        NOW.core = NOW.core or service_of(solution, {"kind": "memory", **data})
        made = attempt(outcome, solution, NOW.core, step["request"].partition(" -> ")[2])
        bare.append(INTERNAL if isinstance(made, Raised) else made)
    return [len({canonical(encode(each)) for each in some}) for some in (found, bare)]


_OF_CORE = (session, changed, at_once, sources, alone)
ASKS = {ask.__name__: ask for ask in (*_OF_CORE, answer, apart, services, alive, compared)}
ASKS |= {"in_turn": at_once, "shuffled": at_once}
