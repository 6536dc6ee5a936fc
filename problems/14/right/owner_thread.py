"""A thread of its own for each counter; the others send it functions and wait for the answers."""

import queue
import threading
from collections.abc import Callable
from typing import Any


class Owner:
    """Calls what it is sent, one after the other, with the state that only it may touch."""

    def __init__(self, state: Any) -> None:
        self._requests: queue.Queue[tuple[Callable[[Any], Any], queue.SimpleQueue[Any]]]
        self._requests = queue.Queue()
        threading.Thread(target=self._serve, args=(state,), daemon=True).start()

    def ask(self, function: Callable[[Any], Any]) -> Any:
        """Return what the function gives."""
        answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._requests.put((function, answer))
        return answer.get()

    def _serve(self, state: Any) -> None:
        while True:
            function, answer = self._requests.get()
            answer.put(function(state))


class SafeCounter:
    """An integer that any number of threads may count with."""

    def __init__(self, initial: int = 0) -> None:
        self._owner = Owner({"value": initial})

    @property
    def value(self) -> int:
        """The value now."""
        return self._owner.ask(lambda state: state["value"])

    def increment(self, n: int = 1) -> int:
        """Add ``n`` and return the new value."""
        if not isinstance(n, int):
            raise TypeError("n must be an int")
        return self._owner.ask(lambda state: _set(state, "value", state["value"] + n))

    def decrement(self, n: int = 1) -> int:
        """Subtract ``n`` and return the new value."""
        return self.increment(-n)

    def reset(self) -> int:
        """Set the value to 0 and return what it was before."""

        def run(state: dict[str, int]) -> int:
            before = state["value"]
            state["value"] = 0
            return before

        return self._owner.ask(run)

    def compare_and_set(self, expected: int, new: int) -> bool:
        """Set the value to ``new`` if it is ``expected``; tell whether it was."""
        return self._set_if(lambda value: value == expected, lambda _: new)

    def try_acquire(self, limit: int) -> bool:
        """Add 1 if the value is below ``limit``; tell whether it was."""
        return self._set_if(lambda value: value < limit, lambda value: value + 1)

    def _set_if(self, holds: Callable[[int], bool], change: Callable[[int], int]) -> bool:
        def run(state: dict[str, int]) -> bool:
            if not holds(state["value"]):
                return False
            state["value"] = change(state["value"])
            return True

        return self._owner.ask(run)


class KeyedCounter:
    """A count for each key, from 0, that any number of threads may count with."""

    def __init__(self) -> None:
        self._owner = Owner({})

    def increment(self, key: str, n: int = 1) -> int:
        """Add ``n`` to the count of ``key`` and return the new count."""
        if not isinstance(n, int):
            raise TypeError("n must be an int")
        return self._owner.ask(lambda counts: _set(counts, key, counts.get(key, 0) + n))

    def snapshot(self) -> dict[str, int]:
        """Return a new dict of all keys and their counts at one moment."""
        return self._owner.ask(dict)


def _set(state: dict[str, int], key: str, value: int) -> int:
    state[key] = value
    return value
