"""The raw WSGI driver tells applications that stream from those that hold back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeAlias

import pytest
from flask import Flask, Response, request

from grader.testkit import Mismatch
from grader.testkit.wsgi import App, client, open_request

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Any


class Body:
    """An iterable body that knows how far it was read, and how often it was closed."""

    def __init__(self, *chunks: object) -> None:
        self.chunks = list(chunks)
        self.read = 0
        self.closes = 0

    def __iter__(self) -> Body:
        return self

    def __next__(self) -> object:
        if self.read == len(self.chunks):
            raise StopIteration
        self.read += 1
        return self.chunks[self.read - 1]

    def close(self) -> None:
        self.closes += 1


def app_of(body: Iterable[object], status: str = "200 OK") -> App:
    def app(environ: Environ, start_response: StartResponse) -> Iterable[object]:
        start_response(status, [("X-Kind", "raw")])
        return body

    return app


def lazy(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Start the response when the first chunk is asked for, as a generator does."""
    start_response("201 Created", [])
    yield b"a"
    raise ValueError("broken")


def never_starts(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    yield b"a"


def starts_twice(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def writes(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    write = start_response("200 OK", [])
    write(b"written")
    return [b"returned"]


def changes_its_mind(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    start_response("500 Sorry", [], (ValueError, ValueError("broken"), None))
    yield b"sorry"
    start_response("500 Sorry", [], (KeyError, KeyError("again"), None))


def test_a_generator_gives_its_first_chunk_before_the_rest_is_made() -> None:
    made = []

    def rows() -> Iterator[str]:
        for number in range(3):
            made.append(number)
            yield f"{number}\n"

    app = Flask("kata")
    app.add_url_rule("/rows", view_func=lambda: Response(rows()), endpoint="rows")

    with open_request(app, "GET", "/rows") as exchange:
        assert exchange.start().status == 200
        assert exchange.next_chunk() == b"0\n"
        assert made == [0]
        assert [exchange.next_chunk() for _ in range(3)] == [b"1\n", b"2\n", None]


def test_a_list_is_made_to_its_end_before_its_first_chunk() -> None:
    made: list[int] = []

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        made.extend(range(3))
        return [b"x"] * 3

    with open_request(app, "GET", "/rows") as exchange:
        exchange.next_chunk()

        assert made == [0, 1, 2]


@pytest.mark.parametrize("read", [0, 1, 3])
def test_a_body_is_closed_once_however_far_it_was_read(read: int) -> None:
    body = Body(b"a", b"b")

    with open_request(app_of(body), "GET", "/") as exchange:
        for _ in range(read):
            exchange.next_chunk()
        assert body.closes == 0
        exchange.close()

    assert (body.closes, exchange.is_closed) == (1, True)


def test_a_body_is_closed_when_the_test_fails() -> None:
    body = Body(b"a")

    with pytest.raises(KeyError), open_request(app_of(body), "GET", "/"):
        raise KeyError

    assert body.closes == 1


def test_the_start_reads_nothing_of_a_body_that_was_started() -> None:
    body = Body(b"a")

    with open_request(app_of(body, "404 Not Found"), "GET", "/") as exchange:
        status, headers = exchange.start()

    assert (status, headers["x-kind"], body.read) == (404, "raw", 0)


def test_the_start_of_a_generator_loses_no_chunk() -> None:
    with open_request(lazy, "GET", "/") as exchange:
        assert exchange.start().status == 201
        assert exchange.next_chunk() == b"a"


def test_empty_chunks_are_passed_over() -> None:
    with open_request(app_of([b"", b"a", b""]), "GET", "/") as exchange:
        assert [exchange.next_chunk() for _ in range(3)] == [b"a", None, None]


def test_what_is_written_comes_before_what_is_returned() -> None:
    with open_request(writes, "GET", "/") as exchange:
        assert [exchange.next_chunk() for _ in range(3)] == [b"written", b"returned", None]


def test_an_error_in_the_middle_passes_through_and_says_what_was_called() -> None:
    with open_request(lazy, "GET", "/rows") as exchange:
        exchange.next_chunk()
        with pytest.raises(ValueError, match="broken") as caught:
            exchange.next_chunk()

    assert caught.value.__notes__ == ["Called     GET /rows"]


def test_a_start_may_be_replaced_until_the_reader_has_seen_it() -> None:
    with open_request(changes_its_mind, "GET", "/") as exchange:
        assert exchange.start().status == 500
        assert exchange.next_chunk() == b"sorry"
        with pytest.raises(KeyError, match="again"):
            exchange.next_chunk()

    assert exchange.faults == []


def test_a_second_start_is_refused() -> None:
    with (
        pytest.raises(AssertionError, match="a second time"),
        open_request(starts_twice, "GET", "/"),
    ):
        pytest.fail("it was accepted")


def test_a_second_start_that_the_application_hides_is_a_fault() -> None:
    def hides_it(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return starts_twice(environ, start_response)
        except AssertionError:
            return [b"fine"]

    with open_request(hides_it, "GET", "/") as exchange:
        assert exchange.next_chunk() == b"fine"

    assert exchange.faults == ["a second start"]


@pytest.mark.parametrize(
    ("app", "found"),
    [
        (never_starts, "a body, while start_response was not called"),
        (app_of("text"), "'t'\nExpected   a chunk of bytes"),
        (app_of([None]), "None\nExpected   a chunk of bytes"),
    ],
)
def test_what_no_server_can_send_is_a_mismatch(app: App, found: str) -> None:
    message = f"GET /x\nFound      {found}"
    with open_request(app, "GET", "/x") as exchange, pytest.raises(Mismatch, match=message):
        exchange.next_chunk()


def test_a_request_arrives_as_it_was_sent() -> None:
    app = Flask("kata")

    @app.post("/orders")
    def make() -> list[Any]:
        return [request.json, request.headers["X-Who"], request.args["a"], request.content_type]

    headers = {"X-Who": "me", "Content-Type": "application/vnd.kata+json"}
    with open_request(app, "POST", "/orders?a=1", headers=headers, body=b'{"id": 7}') as exchange:
        chunk = exchange.next_chunk()

    assert chunk == b'[{"id":7},"me","1","application/vnd.kata+json"]\n'


def test_a_client_gets_the_answer_to_an_error() -> None:
    app = Flask("kata")
    app.testing = True

    @app.get("/")
    def fail() -> NoReturn:
        raise ValueError("broken")

    app.register_error_handler(500, lambda error: ("sorry", 500))

    assert client(app).get("/").text == "sorry"
