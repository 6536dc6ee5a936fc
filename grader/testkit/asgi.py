"""Drive ASGI applications by hand, message by message, with nothing buffered in between.

    async with open_request(app, "GET", "/rows", lockstep=True) as exchange:
        status, headers = await exchange.start()
        chunk = await exchange.next_chunk()  # None at the end of the body
        await exchange.disconnect()
        error = await exchange.finish()

No application hangs a test: what it raised passes through, and endless waiting is a Mismatch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple, NoReturn, TypeAlias
from urllib.parse import unquote

import httpx

from grader.testkit.calls import Mismatch, lines
from grader.testkit.swallowed import telling

App: TypeAlias = Callable[..., Any]
Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
Scope: TypeAlias = dict[str, Any]
Message: TypeAlias = Mapping[str, Any]

# A watchdog, in seconds of the loop's clock; on a virtual one it must exceed what the app sleeps.
PATIENCE = 3.0
# It passes in so many parts: a machine that stalls for long uses up one of them, not all.
PARTS = 20
# Messages that a server takes before its buffer is full.
ROOM = 64
# Turns of the loop within which a cancellation that is under way has arrived.
TURNS = 20
START, BODY = "http.response.start", "http.response.body"
# What a client sends last, or a server to a lifespan.
CLOSING: Mapping[str, Message] = {
    "websocket": {"type": "websocket.disconnect", "code": 1005},
    "lifespan": {"type": "lifespan.shutdown"},
}


class Start(NamedTuple):
    """The start of a response."""

    status: int
    headers: httpx.Headers


class Chunk(NamedTuple):
    """A part of the body of a response."""

    data: bytes
    is_last: bool


class Played(NamedTuple):
    """What an application sent until it ended, and the error that it raised, if any."""

    sent: list[Message]
    error: BaseException | None


def client(app: App) -> httpx.AsyncClient:
    """Return a client for ordinary requests: bodies arrive whole, errors of the app are a 500."""
    # By default it raises what an exception_handler(Exception) has answered: Starlette re-raises.
    transport = httpx.ASGITransport(app=telling(app), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://kata")


def http_scope(
    method: str, path: str, *, headers: Headers = (), spec_version: str = "2.3"
) -> Scope:
    """Return the scope of a request; ``path`` may hold a query."""
    return _scope("http", "http", path, headers, spec_version) | {"method": method}


def websocket_scope(path: str, *, headers: Headers = ()) -> Scope:
    """Return the scope of a WebSocket; ``path`` may hold a query."""
    return _scope("websocket", "ws", path, headers, "2.3") | {"subprotocols": []}


def lifespan_scope() -> Scope:
    """Return the scope of an application's life."""
    return {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}


async def play(app: App, scope: Scope, *messages: Message, patience: float = PATIENCE) -> Played:
    """Hand ``messages`` to an application one after the other; return what it sent once it ended.

    For WebSocket and lifespan scopes. Who asks for more messages than there are is told that the
    client has gone, or that the server shuts down.
    """
    waiting, closing = iter(messages), CLOSING[scope["type"]]
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0)
        return next(waiting, closing)

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    run = _Run(app, scope, receive, send)
    try:
        if not await run.ends(patience):
            raise run.mismatch(f"still running after {patience:g} s", "the application to end")
    finally:
        await run.cancel(patience)
    return Played(sent, run.error)


@asynccontextmanager
async def open_request(
    app: App,
    method: str,
    path: str,
    *,
    headers: Headers = (),
    body: bytes | Iterable[bytes] = b"",
    lockstep: bool = False,
    spec_version: str = "2.3",
    patience: float = PATIENCE,
) -> AsyncIterator[Exchange]:
    """Send a request and give its exchange, whose messages are read one at a time.

    With ``lockstep`` each ``send`` of the application returns when the next message is asked for,
    so what it has done by then it did without knowing that anybody reads on.
    ``spec_version`` "2.3" is what uvicorn declares: a client that has gone shows in ``receive``,
    and ``send`` does nothing. With "2.4" ``send`` raises OSError, and Starlette relies on that.
    At the end of the block an application whose response was read to the end may finish, any other
    is cancelled.
    """
    scope = http_scope(method, path, headers=headers, spec_version=spec_version)
    exchange = Exchange(app, scope, body, room=0 if lockstep else ROOM, patience=patience)
    try:
        yield exchange
        if exchange.is_read:
            await exchange.finish()
    finally:
        await exchange.cancel(patience)


class _Run:
    """An application under way, in a task that keeps its error instead of raising it."""

    def __init__(
        self, app: App, scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        self.error: BaseException | None = None
        self._name = " ".join(scope[key] for key in ("type", "method", "path") if key in scope)
        self.task = asyncio.create_task(self._run(telling(app), scope, receive, send))

    async def cancel(self, patience: float) -> None:
        """End the application by force."""
        self.task.cancel()
        if not await self.ends(patience):
            raise self.mismatch("still running after it was cancelled", "the application to end")

    async def ends(self, patience: float) -> bool:
        """Tell whether the application ends in good time."""
        for _ in range(PARTS):
            await asyncio.wait({self.task}, timeout=patience / PARTS)
            if self.task.done():
                return True
        return False

    def mismatch(self, found: str, expected: str) -> Mismatch:
        return Mismatch(lines(Called=self._name, Found=found, Expected=expected))

    async def _run(self, app: App, *arguments: object) -> None:
        try:
            await app(*arguments)
        except BaseException as error:  # noqa: BLE001  # the reader gets it, whatever it is
            self.error = error


class Exchange(_Run):
    """A request and its response, as a server sees them.

    ``error`` is what the application raised, if it has ended so. ``faults`` are the messages that a
    server refuses: a second start, a body before the start, anything after the end. ``is_read``
    tells whether the response was read to its end.
    """

    def __init__(
        self, app: App, scope: Scope, body: bytes | Iterable[bytes], *, room: int, patience: float
    ) -> None:
        self.faults: list[str] = []
        self.is_read = False
        self._send_raises = scope["asgi"]["spec_version"] >= "2.4"
        self._requests = _requests(body)
        self._room = room
        self._patience = patience
        self._head: Start | None = None
        self._arrived: deque[Start | Chunk] = deque()
        self._latest: Start | Chunk | None = None
        self._sent = 0
        self._asked: float = 0
        self._is_gone = False
        self._stops: list[tuple[str, asyncio.Task[Any] | None]] = []
        self._stop_count = 0
        self._pulse = asyncio.Event()
        self._bystanders = asyncio.all_tasks()
        super().__init__(app, scope, self._receive, self._send)
        self.task.add_done_callback(lambda _: self._beat())

    @property
    def doing(self) -> str:
        """Return what the application is doing: sending, receiving, running, or it has ended.

        "sending": stopped until the reader goes on; "receiving": nothing is left to be received.
        """
        if self.task.done():
            return "ended"
        stops = {doing for doing, _ in self._stops}
        return next((doing for doing in ("sending", "receiving") if doing in stops), "running")

    async def start(self) -> Start:
        """Wait for the start of the response."""
        if self._head is None:
            part = await self._next("the start of the response")
            assert isinstance(part, Start)  # _accept lets nothing else come first
            self._head = part
        return self._head

    async def next_chunk(self) -> bytes | None:
        """Wait for the next chunk that is not empty; return None at the end of the body."""
        await self.start()
        while not self.is_read:
            part = await self._next("the next chunk, or the end of the body")
            if isinstance(part, Chunk) and part.data:
                return part.data
        return None

    async def disconnect(self) -> None:
        """Let the client go away; what the application makes of it, ``finish`` tells."""
        self._is_gone = True
        self._let_go()
        await asyncio.sleep(0)

    async def finish(self) -> BaseException | None:
        """Drop the rest of the response, wait until the application ends, return its error."""
        self._let_go()
        await self._wait(self._is_over, "the application to end")
        return self.error

    async def _next(self, wanted: str) -> Start | Chunk:
        self._asked += 1
        self._beat()
        await self._wait(lambda: bool(self._arrived), wanted)
        return self._take()

    def _take(self) -> Start | Chunk:
        part = self._arrived.popleft()
        if isinstance(part, Chunk) and part.is_last:
            self.is_read = True
            self._let_go()
        return part

    def _is_over(self) -> bool:
        while self._arrived:
            self._take()
        return self.task.done()

    async def _wait(self, holds: Callable[[], bool], wanted: str) -> None:
        """Wait until ``holds``; fail once nothing can make it hold any more."""
        for _ in range(PARTS):
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience / PARTS):
                    await self._settle(lambda: holds() or self.task.done())
                break
        else:
            raise self.mismatch(f"nothing for {self._patience:g} s", wanted)
        if not holds():
            self._fail(wanted)

    async def _settle(self, is_settled: Callable[[], bool]) -> None:
        while not is_settled():
            await self._until(lambda: is_settled() or self._looks_stuck())
            if not is_settled() and await self._stays_stuck():
                return

    def _looks_stuck(self) -> bool:
        """Tell whether the application waits for its client, and has no other task going on."""
        own, reader = self.task, asyncio.current_task()
        is_receiving = ("receiving", own) in self._stops
        return is_receiving and asyncio.all_tasks() - self._bystanders <= {own, reader}

    async def _stays_stuck(self) -> bool:
        # Starlette's is_disconnected() waits for a moment only: it cancels itself.
        stops = self._stop_count
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return self._looks_stuck() and self._stop_count == stops

    def _fail(self, wanted: str) -> NoReturn:
        error = self.error
        if not self.task.done():
            found = "an application that waits for more from its client, who has sent everything"
        elif error is None:
            found = "the application has ended"
        elif isinstance(error, asyncio.CancelledError):
            found = "the application was cancelled"
        else:
            if not hasattr(error, "__notes__"):
                error.add_note(f"Called     {self._name}")
                error.add_note(f"Expected   {wanted}")
            raise error
        raise self.mismatch(found, wanted) from error

    async def _receive(self) -> Message:
        # What is there is handed over without a switch, as is_disconnected() relies on.
        for message in () if self._is_gone else self._requests:
            return message
        if not (self._is_gone or self.is_read):
            await self._stop("receiving", lambda: self._is_gone or self.is_read)
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await asyncio.sleep(0)
        if self._is_gone:
            if self._send_raises:
                raise OSError("the client has gone")
            return
        self._latest = self._accept(message)
        self._arrived.append(self._latest)
        self._sent += 1
        number = self._sent
        await self._stop("sending", lambda: self._asked + self._room > number)

    async def _stop(self, doing: str, holds: Callable[[], bool]) -> None:
        """Keep the application here until ``holds``, and let the reader know."""
        stop = (doing, asyncio.current_task())
        self._stops.append(stop)
        self._stop_count += 1
        self._beat()
        try:
            await self._until(holds)
        finally:
            self._stops.remove(stop)

    def _accept(self, message: Message) -> Start | Chunk:
        """Return what a message says, unless it is one that a server would not take now."""
        kind, latest = message["type"], self._latest
        if kind == START and latest is None:
            return Start(message["status"], httpx.Headers(list(message.get("headers", ()))))
        if kind == BODY and (isinstance(latest, Start) or (latest and not latest.is_last)):
            return Chunk(bytes(message.get("body", b"")), not message.get("more_body", False))
        bodies = "a body after the end" if latest else "a body before the start"
        fault = {START: "a second start", BODY: bodies}.get(kind, f"a message of type {kind!r}")
        self.faults.append(fault)
        raise RuntimeError(f"the application sent {fault}")

    def _let_go(self) -> None:
        """Let the application send as much as it wants to."""
        self._asked = float("inf")
        self._beat()

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            await self._pulse.wait()

    def _beat(self) -> None:
        """Let everybody look again at what they wait for."""
        self._pulse.set()
        self._pulse.clear()


def _requests(body: bytes | Iterable[bytes]) -> Iterator[Message]:
    """Yield the messages that carry ``body``; chunks are not drawn before they are asked for."""
    if not isinstance(body, bytes):
        for chunk in body:
            yield {"type": "http.request", "body": chunk, "more_body": True}
        body = b""
    yield {"type": "http.request", "body": body, "more_body": False}


def _scope(kind: str, scheme: str, path: str, headers: Headers, spec_version: str) -> Scope:
    target, _, query = path.partition("?")
    sent = httpx.Headers(headers if isinstance(headers, Mapping) else list(headers))
    sent.setdefault("host", "kata")
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": spec_version},
        "http_version": "1.1",
        "scheme": scheme,
        "path": unquote(target),
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in sent.raw],
        "client": ("127.0.0.1", 50000),
        "server": ("kata", 80),
    }
