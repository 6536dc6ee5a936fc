"""A frozen state that knows its request; a request that is over is passed over, without tokens."""

from __future__ import annotations

import contextvars
from dataclasses import dataclass, replace
from typing import Any


class NoRequestError(RuntimeError):
    """There is no request."""


@dataclass(frozen=True, eq=False)
class State:
    request: Request
    outer: State | None
    items: dict[str, Any]

    def having(self, key: str, value: Any) -> State:
        return replace(self, items=self.items | {key: value})

    def lacking(self, key: str) -> State:
        if key not in self.items:
            raise KeyError(key)
        return replace(self, items={k: v for k, v in self.items.items() if k != key})


class Request:
    def __init__(self, current: contextvars.ContextVar[State | None]) -> None:
        self.current = current
        self.is_open = False

    def __enter__(self) -> Request:
        self.is_open = True
        self.current.set(State(self, living(self.current.get()), {}))
        return self

    def __exit__(self, *_: object) -> bool:
        self.is_open = False
        self.current.set(living(self.current.get()))
        return False


def living(state: State | None) -> State | None:
    while state is not None and not state.request.is_open:
        state = state.outer
    return state


class RequestStorage:
    def __init__(self) -> None:
        self._current = contextvars.ContextVar[State | None]("state", default=None)

    def request(self) -> Request:
        return Request(self._current)

    def _state(self) -> State:
        if (state := living(self._current.get())) is None:
            raise NoRequestError("no request")
        return state

    def set(self, key: str, value: Any) -> None:
        self._current.set(self._state().having(key, value))

    def get(self, key: str) -> Any:
        return self._state().items[key]

    def delete(self, key: str) -> None:
        self._current.set(self._state().lacking(key))

    def snapshot(self) -> dict[str, Any]:
        return {**self._state().items}
