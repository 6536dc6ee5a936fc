"""Drive WSGI applications by hand: the body is read chunk by chunk, and closed as PEP 3333 says.

    with open_request(app, "GET", "/rows") as exchange:
        status, headers = exchange.start()
        chunk = exchange.next_chunk()  # None at the end of the body
    assert exchange.is_closed

An error of the application passes through with a note that says what was called.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NoReturn, TypeAlias

import httpx
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import create_environ

from grader.testkit.asgi import Headers, Start
from grader.testkit.calls import Mismatch, lines
from grader.testkit.swallowed import is_deliberate, told
from grader.text import safe_repr

App: TypeAlias = Callable[..., Any]
ErrorTuple: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]

_END = object()


def client(app: Flask) -> FlaskClient:
    """Return a client for ordinary requests: an error of the app is answered, not raised."""
    # With testing=True Flask raises what an errorhandler(500) is to answer.
    app.testing = False
    if "handle_user_exception" not in vars(app):
        vars(app)["handle_user_exception"] = _telling(app.handle_user_exception)
    return app.test_client()


def _telling(handle: Callable[[Exception], Any]) -> Callable[[Exception], Any]:
    """Return what handles the errors of a Flask app, and tells of those that nobody planned.

    Errors that no handler of the app's own takes are logged by Flask, and told of there.
    """

    def handle_and_tell(error: Exception) -> Any:
        if not is_deliberate(error):
            told(error)
        return handle(error)

    return handle_and_tell


@contextmanager
def open_request(
    app: App, method: str, path: str, *, headers: Headers = (), body: bytes = b""
) -> Iterator[Exchange]:
    """Send a request and give its exchange, of whose body nothing has been read."""
    sent = httpx.Headers(headers if isinstance(headers, Mapping) else list(headers))
    pairs = sent.multi_items()
    environ = create_environ(path, "http://kata", method=method, headers=pairs, data=body)
    exchange = Exchange(app, environ)
    try:
        yield exchange
    finally:
        exchange.close()


class Exchange:
    """A request and its response, as a server sees them.

    ``faults`` are the calls of ``start_response`` that a server refuses.
    """

    def __init__(self, app: App, environ: dict[str, Any]) -> None:
        self.faults: list[str] = []
        self.is_closed = False
        self._name = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        self._head: Start | None = None
        self._is_told = False
        self._held: deque[object] = deque()
        self._chunks: Iterator[object] | None = None
        with self._noting():
            self._body = app(environ, self._start_response)

    def start(self) -> Start:
        """Return status and headers.

        An application that is a generator runs up to its first chunk for that, and no further.
        """
        if self._head is None:
            self._held.append(self._pull())
        if self._head is None:
            self._fail("a body, while start_response was not called", "start_response called first")
        self._is_told = True
        return self._head

    def next_chunk(self) -> bytes | None:
        """Return the next chunk that is not empty; None at the end of the body."""
        self.start()
        while (chunk := self._held.popleft() if self._held else self._pull()) is not _END:
            if not isinstance(chunk, bytes):
                self._fail(safe_repr(chunk), "a chunk of bytes")
            if chunk:
                return chunk
        return None

    def close(self) -> None:
        """Close the body once, read or not, as a server does at the end and when a client goes."""
        if self.is_closed:
            return
        self.is_closed = True
        close = getattr(self._body, "close", None)
        if close is not None:
            with self._noting():
                close()

    def _pull(self) -> object:
        with self._noting():
            if self._chunks is None:
                self._chunks = iter(self._body)
            return next(self._chunks, _END)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ErrorTuple | None = None
    ) -> Callable[[bytes], None]:
        if exc_info is not None and self._is_told:
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self._head is not None:
            self.faults.append("a second start")
            raise AssertionError("start_response was called a second time, without exc_info")
        self._head = Start(int(status.split(maxsplit=1)[0]), httpx.Headers(headers))
        return self._held.append

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if not hasattr(error, "__notes__"):
                error.add_note(f"Called     {self._name}")
            raise

    def _fail(self, found: str, expected: str) -> NoReturn:
        raise Mismatch(lines(Called=self._name, Found=found, Expected=expected))
