"""10 · Partial failures. The statement: `grader show 10`, or problems/10/README.md."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ok:
    """A call that returned ``value``. Given, and complete."""

    value: Any


@dataclass(frozen=True)
class Failed:
    """A call that ended with ``error``. Given, and complete."""

    error: BaseException


@dataclass(frozen=True)
class Report:
    """How each call ended, in the order of the input; the two properties are yours to write."""

    results: list[Ok | Failed]

    @property
    def values(self) -> list[Any]:
        """The values of the calls that succeeded, in input order."""
        raise NotImplementedError

    @property
    def failures(self) -> dict[int, BaseException]:
        """The errors of the calls that failed, by their position in the input, in input order."""
        raise NotImplementedError


class TooFewResults(Exception):
    """Fewer calls succeeded than were required. Given, and complete."""

    def __init__(self, report: Report, minimum: int) -> None:
        super().__init__(f"fewer than {minimum} of {len(report.results)} calls succeeded")
        self.report = report
        self.minimum = minimum


async def gather_partial(
    calls: Iterable[Callable[[], Awaitable[Any]]],
    *,
    timeout: float | None = None,
    max_concurrency: int | None = None,
) -> Report:
    """Run all calls at the same time and report how each of them ended."""
    raise NotImplementedError


def require(report: Report, minimum: int) -> list[Any]:
    """Return the values of ``report``, or raise TooFewResults if there are fewer than that."""
    raise NotImplementedError
