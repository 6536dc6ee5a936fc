"""Questions about p08 · Lazy data loader."""

import asyncio
import copy
import gc
import sqlite3
import sys
from contextlib import closing
from itertools import islice

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from flask import Flask, Response

from grader.testkit import asgi, wsgi
from grader.testkit.leftovers import Watched, alive, watch
from grader.testkit.probe import Raised, answers, attempt, step, words

# More than any of the sources has; a source that is opened again and again ends here.
MOST = 3000
ENDLESS = "[(n,) for n in range(2000)]"


class Broken(Exception):
    """What a source raises."""


def steps(rng):
    a, b, c = words(rng, 3)
    numbers = rng.sample(range(10, 1000), 5)
    five = [(number,) for number in numbers]
    first, second, third = (str(row) for row in five[:3])
    size, error = rng.randrange(2, 5), rng.choice(["Broken()", "KeyError()", "ZeroDivisionError()"])

    raw = [b"caf\xc3\xa9", numbers[0], f" {a} ", b"", b"b'x'", b"%a" % b, None]
    rng.shuffle(raw)
    for row in (raw, tuple(raw)):
        yield step("parse-row", f"parse_row({row})", ask="parse", row=str(row))
    yield step("parse-row", "parse_row([1, b'\\xff\\xfe'])", ask="parse", row="[1, b'\\xff\\xfe']")
    asked = "which of the fields None, 0, ' a ', bytearray, list, object are the very objects"
    yield step("parse-row", asked, ask="same fields", word=f" {a} ")

    mixed = [[number, word.encode()] for number, word in zip(numbers, (a, b, c, a))]
    yield _read("batches", mixed, "make, rest")
    yield _read("batches", five, "make, rest", rng.randrange(1, 7))
    yield _read("batches", five, "make, next, next, given 0, clear, next")
    yield _read("batches", [], "make, rest")
    yield _read("batches", ENDLESS, "make, length", rng.randrange(1200, 1900))
    yield _read("batches", f"((n,) for n in range({rng.randrange(1100, 1300)}))", "make, count", 1)
    yield _read("batches", five, "make, next, make, rest, next 0, next 0")

    for bad in (0, -rng.randrange(1, 9), rng.randrange(9) + 0.5, str(size), None):
        asked = f"read_records(open_source, batch_size={bad!r}), and the sources opened"
        yield step("at-the-call", asked, ask="bad size", size=bad)
    yield _read("at-the-call", five, "make, opened, next, drain, opened", size)
    yield _read("at-the-call", five, "make, close, next, opened", size)

    yield _read("no-look-ahead", ENDLESS, "make, next, asked, next, asked, next, asked", size)
    yield _read(
        "no-look-ahead", f"[{first}, {second}, None, {error}]", "make, next, asked, drop, asked"
    )

    gaps = [*five, None, None, None]
    rng.shuffle(gaps)
    yield _read("null-rows", gaps, "make, rest")
    yield _read("null-rows", [five[0], None, None, *five[1:4]], "make, rest")
    yield _read("null-rows", [None] * rng.randrange(1, 5), "make, rest")
    yield _read("null-rows", f"[None] * 1200 + [{first}]", "make, rest")
    yield _read("null-rows", f"[(), {first}, [], {second}]", "make, rest", 3)
    yield _read("null-rows", "[(None, None), (0, ''), (False,)]", "make, rest", 3)

    for full in (2, 5):
        yield _read("closes", five, "make, drain, open, has next, opened", full)
    yield _read("closes", five, "make, has next, has next, has next, close, open")
    yield _read("closes", five, "make, has next, mark, close, close, has next, asked since, open")
    for left in ("break", "fail"):
        yield _read("closes", five, f"make, {left}, drop, open")

    yield _read("errors", f"[{first}, {second}, {third}, {error}]", "make, next, next, next, open")
    yield _read("errors", f"[{first}, {second}, {error}]", "make, next, next, next, opened")
    for short in (1, 3):
        script = "make, next, next, open, next, opened"
        yield _read("errors", f"[{first}, Broken(), {second}]", script, short)
    yield _read("errors", [(a.encode(),), (b"\xff",), (b"c",)], "make, next, next, asked", 3)
    yield _read("errors", f"[{first}, {error}]", "make, next, close, next, opened", 3)
    yield _read("errors", error, "make, next, next")
    for signal in ("KeyboardInterrupt", "SystemExit"):
        yield _read("errors", f"[{first}, {signal}(), {second}]", "make, next, open", 3)

    yield step(
        "forgets", "objects alive of earlier batches, after two and three", ask="alive", how=2
    )
    yield step(
        "forgets", "references to the bytes of the first batch, after two", ask="bytes", word=a
    )

    loaded = [*mixed[1:], None, ()]
    rng.shuffle(loaded)
    loaded.append(mixed[0])
    yield _read("loader", loaded, "make, rest", "loader")
    yield _read("loader", five, "make, rest, make, reverse, rest, opened", "loader")
    yield _read("loader", five, "make, next, close, make, rest", "loader")
    script = "make, make, next 0, next 1, close 0, next 1, opened"
    yield _read("loader", five, script, "loader")

    number = rng.randrange(100) / 8
    table = [[1, a.encode()], None, (f"{b}é", "", number), (1, None, 2), (None, 3)]
    table += [(), (f"{a},{b}", f'say "{c}"', f"{a}\n{c}"), (f" {a} ", "=A1", -number), (f"{b}\r",)]
    rng.shuffle(table)
    table.append((a, number))
    yield _read("csv-lines", table, "make, rest", "csv")
    yield _read("csv-lines", [], "make, rest", "csv")

    for kind in ("loader", "csv"):
        yield _read("same-rules", five, "make, opened, next, drain, open, has next, opened", kind)
        yield _read("same-rules", ENDLESS, "make, next, next, asked", kind)
        yield _read("same-rules", five, "make, close, has next, opened", kind)
        yield _read("same-rules", five, "make, next, close, open, has next", kind)
        yield _read("same-rules", five, "make, break, drop, open", kind)
        script = "make, next, next, next, open, make, next, next, next"
        yield _read("same-rules", f"[{first}, {second}, {error}]", script, kind)
        yield _read(
            "same-rules", f"[{first}, (b'\\xff',), {second}]", "make, next, next, next", kind
        )
        script = "make, next, next, open"
        yield _read("same-rules", f"[{first}, KeyboardInterrupt(), {second}]", script, kind)
        asked = f"{kind}: objects alive of rows handed out, after two and after all"
        yield step("same-rules", asked, ask="alive", how=kind)

    rows = [[number, word] for number, word in zip(sorted(numbers), (a, b, c))]
    asked = f"batches of a cursor over {rows}; DROP TABLE after close()"
    yield step("real-use", asked, ask="cursor", rows=rows)
    for ask in ("flask", "fastapi"):
        asked = (
            f"{ask}: the first chunk and rows asked by then; the body of {five[:2]}; sources open"
        )
        yield step("real-use", asked, ask=ask, rows=str(five[:2]))


def _read(behaviour, rows, script, how=2):
    """Ask what each action of a script gives; ``how`` is a batch size, "loader" or "csv"."""
    made = f"read_records, batch_size {how}" if isinstance(how, int) else how
    asked = f"{made}, of {rows}: {script}"
    return step(behaviour, asked, ask="read", rows=str(rows), script=script, how=how)


def observe(solution, steps):
    return answers(solution, steps, ASKS)


class Source:
    """A source that counts how often it was asked for a row; an error among them is raised."""

    def __init__(self, rows):
        self._rows, self.asked, self.is_open = iter(rows), 0, True

    def __iter__(self):
        return self

    def __next__(self):
        if not self.is_open:
            raise ValueError("the source is closed")
        self.asked += 1
        row = next(self._rows)
        if isinstance(row, BaseException):
            raise row
        return row

    def close(self):
        self._rows, self.is_open = iter(()), False


class Opener:
    """An ``open_source`` that remembers its sources; in place of rows it may have an error."""

    def __init__(self, rows):
        self.rows, self.sources = rows, []

    def __call__(self):
        if isinstance(self.rows, BaseException):
            raise self.rows
        self.sources.append(Source(self.rows))
        return self.sources[-1]

    def asked(self):
        return sum(source.asked for source in self.sources)

    def still_open(self):
        if any(source.is_open for source in self.sources):
            gc.collect()
        return sum(source.is_open for source in self.sources)


def begins(solution, opener, how):
    """Return what begins an iterator."""
    if how == "loader":
        loader = solution.LazyLoader(opener)
        return lambda: iter(loader)
    if how == "csv":
        return lambda: solution.stream_csv(opener)
    return lambda: solution.read_records(opener, batch_size=how)


def read(solution, step):
    opener = Opener(eval(step["rows"]))
    begin = begins(solution, opener, step["how"])
    made, given, marks = [], [], []

    def advance(index):
        try:
            given.append(next(made[index]))
        except BaseException as error:
            rows = opener.rows if isinstance(opener.rows, list) else [opener.rows]
            is_own = any(error is row for row in rows)
            return "the very error" if is_own else Raised.of(error)
        # A copy, as it may be changed before the answers are read.
        return copy.copy(given[-1])

    def advance_to_the_end(index):
        given.extend(islice(made[index], MOST))
        return [copy.copy(item) for item in given]

    def leave(index):
        for _ in made[index]:
            break

    def fail(index):
        for _ in made[index]:
            raise LookupError("the consumer's")

    actions = {
        "make": lambda _: made.append(begin()),
        "next": advance,
        "has next": lambda index: next(made[index], made) is not made,
        "length": lambda index: len(next(made[index])),
        "rest": advance_to_the_end,
        "count": lambda index: len(list(islice(made[index], MOST))),
        "drain": lambda index: given.extend(islice(made[index], MOST)),
        "given": lambda index: copy.copy(given[index]),
        "clear": lambda _: given[-1].clear(),
        "reverse": lambda _: opener.rows.reverse(),
        "close": lambda index: made[index].close() and None,
        "break": leave,
        "fail": fail,
        "drop": lambda _: made.clear(),
        "mark": lambda _: marks.append(opener.asked()),
        "asked": lambda _: opener.asked(),
        "asked since": lambda _: opener.asked() - marks[-1],
        "opened": lambda _: len(opener.sources),
        "open": lambda _: opener.still_open(),
    }
    found = []
    for action in step["script"].split(", "):
        name = action.rstrip("0123456789 ")
        found.append(attempt(actions[name], int(action[len(name) :] or -1)))
    for item in given:
        # It is ours; whoever shares it with later iterators shows so in behaviour `batches` only.
        list.clear(item) if isinstance(item, list) else None
    return found


def parse(solution, step):
    return solution.parse_row(eval(step["row"]))


def same_fields(solution, step):
    fields = [None, 0, step["word"], bytearray(b"tea"), [b"tea"], object()]
    return [found is field for found, field in zip(solution.parse_row(fields), fields)]


def bad_size(solution, step):
    opener = Opener([(1,)])
    found = attempt(solution.read_records, opener, batch_size=step["size"])
    return [found if isinstance(found, Raised) else "no error", len(opener.sources)]


class WatchedRow(list):
    """A raw row that can be watched."""


class WatchedRows:
    """Rows of which is known whether they are still alive."""

    def __init__(self):
        self.refs = []

    def __iter__(self):
        for number in range(6):
            row = WatchedRow([Watched(f"field {number}")])
            self.refs.append(watch(row, row[0]))
            yield row

    def alive(self, count):
        return alive(ref for pair in self.refs[:count] for ref in pair)


def still_alive(solution, step):
    rows, how = WatchedRows(), step["how"]
    iterator, size = begins(solution, Opener(rows), how)(), 2 if how == 2 else 1
    found = []
    for batches in (0, 1, 2):
        next(iterator)
        found.append(rows.alive(batches * size))
    if how != 2:
        found.append(list(map(bool, iterator)) + rows.alive(5))
    return found


def references(solution, step):
    fields = [b"%s %d" % (step["word"].encode(), number) for number in range(5)]
    iterator = solution.read_records(Opener([[field] for field in fields]), batch_size=2)
    next(iterator)
    next(iterator)
    counts = [sys.getrefcount(field) for field in fields]
    return counts[0] - counts[4]


def cursor(solution, step):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, note BLOB)")
        rows = [(number, word.encode()) for number, word in step["rows"]]
        connection.executemany("INSERT INTO orders VALUES (?, ?)", rows)
        query = "SELECT id, note FROM orders ORDER BY id"
        open_cursor = lambda: connection.execute(query)
        given = list(solution.read_records(open_cursor, batch_size=2))
        found = [copy.copy(batch) for batch in given]
        for batch in given:
            batch.clear()
        batches = solution.read_records(open_cursor, batch_size=1)
        found.append(next(batches))
        batches.close()
        return [found, attempt(lambda: connection.execute("DROP TABLE orders") and None)]


def flask(solution, step):
    endless, short = Opener(eval(ENDLESS)), Opener(eval(step["rows"]))
    openers, app = [endless, short], Flask("export", static_folder=None)
    app.add_url_rule("/", "orders", lambda: Response(solution.stream_csv(openers.pop(0))))
    with wsgi.open_request(app, "GET", "/") as exchange:
        found = [exchange.next_chunk(), endless.asked()]
    body = wsgi.client(app).get("/").get_data()
    return [*found, endless.still_open(), body, short.still_open()]


def fastapi(solution, step):
    endless, short = Opener(eval(ENDLESS)), Opener(eval(step["rows"]))
    openers, app = [endless, short], FastAPI(openapi_url=None)

    @app.get("/")
    async def orders():
        return StreamingResponse(solution.stream_csv(openers.pop(0)))

    async def main():
        async with asgi.open_request(app, "GET", "/", lockstep=True) as exchange:
            found = [await exchange.next_chunk(), endless.asked()]
        async with asgi.client(app) as client:
            return [*found, (await client.get("/")).content, short.still_open()]

    return asyncio.run(main())


ASKS = {
    "read": read,
    "parse": parse,
    "same fields": same_fields,
    "bad size": bad_size,
    "alive": still_alive,
    "bytes": references,
    "cursor": cursor,
    "flask": flask,
    "fastapi": fastapi,
}
