"""Call a solution and say what it should have done, in words the learner can act on.

    call(solution.add_item, "a").gives(["a"])

A call that does not give what was expected fails with three lines:

    Called     add_item('a')
    Returned   None
    Expected   ['a']
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from grader.testkit.same import aligned, difference, same
from grader.text import safe_repr, safe_str, shorten

E = TypeVar("E", bound=BaseException)


class Mismatch(AssertionError):
    """A solution did something else than expected; ``function`` is what was called, if known."""

    def __init__(self, text: str, function: object = None) -> None:
        super().__init__(text)
        self.function = function


@dataclass(frozen=True, slots=True)
class Called:
    """A call that returned: its text, its value, and the claims a test makes about it."""

    function: Callable[..., object]
    text: str
    value: Any

    def gives(self, expected: object) -> None:
        """Fail unless the call returned a value equal to ``expected`` and of its type."""
        if not same(self.value, expected):
            texts = lines(Called=self.text, **compared("Returned", self.value, expected))
            raise Mismatch(texts, self.function)

    def gives_object(self, expected: object, description: str) -> None:
        """Fail unless the call returned the very object ``expected``."""
        if self.value is not expected:
            self.fail(f"{description}: that very object, not an equal one")

    def fail(self, expected: str) -> None:
        """Fail, saying what was expected in words."""
        returned = safe_repr(self.value)
        raise Mismatch(lines(Called=self.text, Returned=returned, Expected=expected), self.function)


def call(function: Callable[..., Any], /, *args: object, **kwargs: object) -> Called:
    """Call ``function``; an error passes through with a note that says what was called."""
    return call_as(_name(function), function, *args, **kwargs)


def call_as(name: str, function: Callable[..., Any], /, *args: object, **kwargs: object) -> Called:
    """Call ``function`` under another name than its own, for what a decorator returned."""
    # Written down before the call, which may change its arguments.
    text = call_text(name, args, kwargs)
    try:
        return Called(function, text, function(*args, **kwargs))
    except BaseException as error:
        _note(error, text)
        raise


async def call_async(function: Callable[..., Any], /, *args: object, **kwargs: object) -> Called:
    """Call a coroutine function and await what it returns."""
    called = call(function, *args, **kwargs)
    text = f"await {called.text}"
    if not isinstance(called.value, Awaitable):
        raise Mismatch(
            lines(Called=called.text, Returned=safe_repr(called.value), Expected="an awaitable"),
            function,
        )
    try:
        return Called(function, text, await called.value)
    except BaseException as error:
        _note(error, text)
        raise


def call_raising(
    expected: type[E], function: Callable[..., Any], /, *args: object, **kwargs: object
) -> E:
    """Call ``function`` and return the error it raised; fail unless it is an ``expected``.

    NotImplementedError passes through even where RuntimeError, its base, is expected: a function
    that is still to be written must not pass.
    """
    text = call_text(_name(function), args, kwargs)
    try:
        value = function(*args, **kwargs)
    except NotImplementedError:
        raise
    except expected as error:
        return error
    except BaseException as error:
        _note(error, text)
        error.add_note(f"Expected   {expected.__name__}")
        raise
    raise Mismatch(
        lines(Called=text, Returned=safe_repr(value), Expected=f"{expected.__name__} to be raised"),
        function,
    )


def expect(what: str, found: object, expected: object) -> None:
    """Fail unless ``found``, described by ``what``, equals ``expected`` and is of its type."""
    if not same(found, expected):
        raise Mismatch(lines(Checked=what, **compared("Found", found, expected)))


def expect_that(what: str, holds: object, found: object, expected: str) -> None:
    """Fail unless ``holds``; ``expected`` says in words what ``found`` should have been."""
    if not holds:
        raise Mismatch(lines(Checked=what, Found=safe_repr(found), Expected=expected))


def call_text(name: str, args: tuple[object, ...], kwargs: dict[str, object]) -> str:
    """Return a call as a person would write it."""
    parts = [safe_repr(arg, 60) for arg in args]
    parts += [f"{key}={safe_repr(value, 60)}" for key, value in kwargs.items()]
    return shorten(f"{name}({', '.join(parts)})", 200)


def compared(label: str, found: object, expected: object) -> dict[str, str]:
    """Return the lines that show two values, and where they differ if that is hard to see."""
    texts = {label: safe_repr(aligned(found, expected)), "Expected": safe_repr(expected)}
    place = difference(found, expected)
    return {**texts, "Differs": place} if place else texts


def lines(**labelled: str) -> str:
    """Return ``Label   text`` lines, the texts in one column."""
    return "\n".join(f"{label:<10} {text}" for label, text in labelled.items())


def _name(function: object) -> str:
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else safe_repr(function, 60)


def _note(error: BaseException, text: str) -> None:
    """Remember on ``error`` what was called; the innermost call is the one that tells."""
    if not getattr(error, "__notes__", None):
        error.add_note(f"Called     {safe_str(text)}")
