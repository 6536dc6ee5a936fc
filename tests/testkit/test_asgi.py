"""The raw ASGI driver tells applications that stream from those that hold back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, TypeAlias

import pytest
from fastapi import FastAPI, Request, WebSocket
from starlette.responses import StreamingResponse

from grader.testkit import Mismatch
from grader.testkit.asgi import (
    App,
    Message,
    Scope,
    client,
    http_scope,
    lifespan_scope,
    open_request,
    play,
    websocket_scope,
)

Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"X-Kind", b"raw")]}
both_versions = pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
PATIENCE = 0.05  # only where it is to run out


def body(data: bytes | bytearray = b"", *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


def app_sending(*messages: Message) -> App:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


class Rows:
    """A source of three rows that knows how many were read, and whether it was closed."""

    def __init__(self) -> None:
        self.read = 0
        self.is_closed = False

    def __iter__(self) -> Iterator[str]:
        try:
            for number in range(3):
                self.read += 1
                yield f"{number}\n"
        finally:
            self.is_closed = True

    async def later(self) -> AsyncIterator[str]:
        for row in self:
            yield row


def streaming_app(rows: Rows, *, kind: str) -> FastAPI:
    app = FastAPI()

    @app.get("/rows")
    def stream() -> StreamingResponse:
        return StreamingResponse(rows if kind == "sync" else rows.later())

    return app


def buffering(app: App) -> App:
    """Wrap an application in a middleware that sends nothing before it has everything."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        held = []

        async def hold(message: Message) -> None:
            held.append(message)

        await app(scope, receive, hold)
        for message in held:
            await send(message)

    return wrapped


async def answers_nothing(scope: Scope, receive: Receive, send: Send) -> None:
    return


async def waits_for_ever(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.get_running_loop().create_future()


async def reads_too_much(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def raises(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("broken")


async def interrupts(scope: Scope, receive: Receive, send: Send) -> None:
    raise KeyboardInterrupt


# --- Streaming ---


@both_versions
@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_stream_gives_its_first_chunk_before_its_source_ends(
    kind: str, spec_version: str
) -> None:
    rows = Rows()
    app = streaming_app(rows, kind=kind)

    async with open_request(
        app, "GET", "/rows", lockstep=True, spec_version=spec_version
    ) as exchange:
        status, _ = await exchange.start()
        first = await exchange.next_chunk()
        read_by_then = rows.read
        rest = [await exchange.next_chunk() for _ in range(3)]

    assert (status, first, read_by_then) == (200, b"0\n", 1)
    assert rest == [b"1\n", b"2\n", None]
    assert rows.is_closed


async def test_a_buffering_middleware_reads_the_source_to_its_end_first() -> None:
    rows = Rows()
    app = buffering(streaming_app(rows, kind="async"))

    async with open_request(app, "GET", "/rows", lockstep=True) as exchange:
        first = await exchange.next_chunk()
        read_by_then = rows.read

    assert (first, read_by_then) == (b"0\n", 3)


async def test_in_lockstep_the_application_stays_in_send_until_more_is_asked_for() -> None:
    app = app_sending(START, body(b"a", more=True), body(b"b"))

    async with open_request(app, "GET", "/", lockstep=True) as exchange:
        await exchange.next_chunk()
        for _ in range(100):
            await asyncio.sleep(0)

        assert exchange.doing == "sending"
        assert await exchange.next_chunk() == b"b"

    assert exchange.doing == "ended"


async def test_out_of_lockstep_the_application_runs_ahead_until_the_buffer_is_full() -> None:
    sent = []

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        while True:
            sent.append(1)
            await send(body(b"x", more=True))

    async with open_request(endless, "GET", "/") as exchange:
        await exchange.start()
        for _ in range(500):
            await asyncio.sleep(0)

        assert exchange.doing == "sending"

    assert 10 < len(sent) < 100


async def test_a_chunk_is_what_was_sent_even_if_its_buffer_is_used_again() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        chunk = bytearray(b"old")
        await send(START)
        await send(body(chunk, more=True))
        chunk[:] = b"new"
        await send(body(chunk))

    async with open_request(app, "GET", "/") as exchange:
        assert [await exchange.next_chunk() for _ in range(3)] == [b"old", b"new", None]


async def test_status_and_headers_are_those_of_the_start() -> None:
    async with open_request(app_sending(START, body()), "GET", "/") as exchange:
        status, headers = await exchange.start()

        assert (status, headers["x-kind"]) == (200, "raw")
        assert await exchange.next_chunk() is None


# --- Requests ---


async def test_a_body_is_received_chunk_by_chunk() -> None:
    received = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive()).get("more_body"):
            received.append(message["body"])
        await send(START)
        await send(body())

    async with open_request(app, "POST", "/", body=[b"a", b"b"]) as exchange:
        await exchange.start()

    assert received == [b"a", b"b"]


async def test_a_body_in_one_piece_reaches_an_endpoint() -> None:
    app = FastAPI()

    @app.post("/orders")
    async def make(request: Request) -> list[Any]:
        return [await request.json(), request.headers["x-who"], request.query_params["a"]]

    headers = {"X-Who": "me"}
    async with open_request(
        app, "POST", "/orders?a=1", headers=headers, body=b'{"id": 7}'
    ) as exchange:
        assert await exchange.next_chunk() == b'[{"id":7},"me","1"]'


def test_a_scope_holds_the_parts_of_the_path() -> None:
    scope = http_scope("GET", "/a%20b?c=d", headers=[("X-A", "1"), ("x-a", "2")])

    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/a b", b"/a%20b", b"c=d")
    assert scope["headers"] == [(b"x-a", b"1"), (b"x-a", b"2"), (b"host", b"kata")]


# --- Clients that go ---


@both_versions
@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_stream_ends_when_its_client_goes(kind: str, spec_version: str) -> None:
    app = streaming_app(Rows(), kind=kind)

    async with open_request(
        app, "GET", "/rows", lockstep=True, spec_version=spec_version
    ) as exchange:
        await exchange.next_chunk()
        await exchange.disconnect()
        error = await exchange.finish()

        assert exchange.doing == "ended"
    assert type(error).__name__ == ("NoneType" if spec_version == "2.3" else "ClientDisconnect")


async def test_an_application_learns_in_receive_that_its_client_went() -> None:
    async with open_request(reads_too_much, "GET", "/") as exchange:
        await exchange.disconnect()

        assert await exchange.finish() is None


async def test_asking_whether_the_client_went_is_not_waiting_for_it() -> None:
    app = FastAPI()

    @app.get("/")
    async def poll(request: Request) -> bool:
        await request.body()
        return [await request.is_disconnected() for _ in range(100)][-1]

    async with open_request(app, "GET", "/") as exchange:
        assert await exchange.next_chunk() == b"false"


@both_versions
async def test_leaving_early_cancels_the_application(spec_version: str) -> None:
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send(START)
            await waits_for_ever(scope, receive, send)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async with open_request(app, "GET", "/", spec_version=spec_version) as exchange:
        await exchange.start()

    assert seen == ["cancelled"]


async def test_leaving_after_the_body_lets_the_application_finish() -> None:
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await app_sending(START, body(b"a"))(scope, receive, send)
        await asyncio.sleep(0)
        seen.append("background")

    async with open_request(app, "GET", "/", lockstep=True) as exchange:
        assert [await exchange.next_chunk() for _ in range(2)] == [b"a", None]

    assert seen == ["background"]


# --- Applications that go wrong ---


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ([START, START], "a second start"),
        ([START, body(), START], "a second start"),
        ([body()], "a body before the start"),
        ([START, body(), body()], "a body after the end"),
        ([{"type": "http.response.push"}], "a message of type 'http.response.push'"),
    ],
)
async def test_a_message_that_a_server_refuses_is_a_fault(
    messages: list[Message], fault: str
) -> None:
    async with open_request(app_sending(*messages), "GET", "/") as exchange:
        error = await exchange.finish()

    assert exchange.faults == [fault]
    assert str(error) == f"the application sent {fault}"


@pytest.mark.parametrize(
    ("app", "found"),
    [
        (answers_nothing, "the application has ended"),
        (reads_too_much, "an application that waits for more from its client"),
    ],
)
async def test_an_application_that_never_answers_is_found_without_waiting(
    app: App, found: str
) -> None:
    async with open_request(app, "GET", "/x", patience=600) as exchange:
        with pytest.raises(Mismatch, match=f"http GET /x\nFound      {found}"):
            await exchange.start()


async def test_an_application_that_waits_for_something_else_is_given_up() -> None:
    async with open_request(waits_for_ever, "GET", "/", patience=PATIENCE) as exchange:
        with pytest.raises(
            Mismatch, match=r"nothing for 0\.05 s\nExpected   the start of the resp"
        ):
            await exchange.start()


async def test_a_body_without_an_end_is_a_mismatch() -> None:
    async with open_request(app_sending(START, body(b"a", more=True)), "GET", "/") as exchange:
        await exchange.next_chunk()
        with pytest.raises(Mismatch, match="the next chunk, or the end of the body"):
            await exchange.next_chunk()


async def test_a_stream_without_an_end_is_given_up_when_its_end_is_waited_for() -> None:
    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        while True:
            await send(body(b"x", more=True))

    async with open_request(endless, "GET", "/", patience=PATIENCE) as exchange:
        with pytest.raises(Mismatch, match="Expected   the application to end"):
            await exchange.finish()


async def test_an_application_that_survives_its_cancellation_is_a_mismatch() -> None:
    released = asyncio.Event()

    async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
        while not released.is_set():
            with suppress(asyncio.CancelledError):
                await released.wait()

    with pytest.raises(Mismatch, match="still running after it was cancelled"):
        async with open_request(stubborn, "GET", "/", patience=PATIENCE):
            await asyncio.sleep(0)
    released.set()


async def test_an_error_passes_through_and_says_what_was_called() -> None:
    async with open_request(raises, "GET", "/x") as exchange:
        with pytest.raises(ValueError, match="broken") as caught:
            await exchange.start()

    assert caught.value is exchange.error
    assert caught.value.__notes__ == [
        "Called     http GET /x",
        "Expected   the start of the response",
    ]


async def test_an_interrupt_reaches_the_reader_and_not_the_loop() -> None:
    async with open_request(interrupts, "GET", "/") as exchange:
        assert isinstance(await exchange.finish(), KeyboardInterrupt)


async def test_an_application_that_cancels_itself_does_not_cancel_its_reader() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    async with open_request(app, "GET", "/") as exchange:
        with pytest.raises(Mismatch, match="the application was cancelled"):
            await exchange.start()


async def test_an_error_after_the_answer_is_told_by_the_exchange() -> None:
    app = FastAPI()

    @app.get("/")
    async def fail() -> None:
        raise ValueError("broken")

    @app.exception_handler(Exception)
    async def answer(request: Request, error: Exception) -> StreamingResponse:
        return StreamingResponse(["sorry"], status_code=500)

    async with open_request(app, "GET", "/") as exchange:
        assert (await exchange.start()).status == 500
        assert await exchange.next_chunk() == b"sorry"
        assert isinstance(await exchange.finish(), ValueError)
    async with client(app) as http:
        assert (await http.get("/")).text == "sorry"


# --- WebSocket and lifespan ---


async def test_a_websocket_plays_its_messages() -> None:
    app = FastAPI()

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text.upper())

    played = await play(
        app,
        websocket_scope("/echo"),
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "hi"},
    )

    assert [message["type"] for message in played.sent] == ["websocket.accept", "websocket.send"]
    assert (played.sent[1]["text"], played.error) == ("HI", None)


async def test_a_lifespan_starts_up_and_shuts_down() -> None:
    played = await play(FastAPI(), lifespan_scope(), {"type": "lifespan.startup"})

    kinds = [message["type"] for message in played.sent]
    assert kinds == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_played_application_keeps_its_error() -> None:
    played = await play(raises, lifespan_scope())

    assert isinstance(played.error, ValueError)


@pytest.mark.parametrize("app", [waits_for_ever, reads_too_much])
async def test_a_played_application_that_never_ends_is_given_up(app: App) -> None:
    with pytest.raises(Mismatch, match=r"websocket /\nFound      still running after 0\.05 s"):
        await play(app, websocket_scope("/"), patience=PATIENCE)
