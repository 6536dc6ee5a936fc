"""What hidden tests are written with."""

from grader.testkit.calls import (
    Called,
    Mismatch,
    call,
    call_as,
    call_async,
    call_raising,
    expect,
    expect_that,
    lines,
)

__all__ = [
    "Called",
    "Mismatch",
    "call",
    "call_as",
    "call_async",
    "call_raising",
    "expect",
    "expect_that",
    "lines",
]
