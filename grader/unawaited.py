"""Python's warning that nobody awaited a coroutine, in words for the learner. Runs in children."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from grader.outcome import TestReport
from grader.solution import Solution
from grader.text import safe_str

_NEVER = re.compile(r"coroutine '(?:.*\.)?(\w+)' was never awaited")


@contextmanager
def watch_coroutines() -> Iterator[list[warnings.WarningMessage]]:
    """Yield a list that gets a warning for each coroutine that is let go of and was not awaited."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", "coroutine .* was never awaited", RuntimeWarning)
        yield caught


def with_warning(
    report: TestReport, warning: warnings.WarningMessage, solution: Solution
) -> TestReport:
    """Return a failed test's report with the warning's line, if the solution is to blame for it."""
    match = _NEVER.match(safe_str(warning.message))
    # The first tells: a forgotten `await` in a loop warns at each turn.
    is_told = report.outcome.is_pass or "\nWarning  " in report.message
    if match is None or is_told or not solution.owns(warning.filename):
        return report
    line = f"Warning    `{match[1]}` was called and never awaited, line {warning.lineno}"
    return replace(report, message=f"{report.message}\n{line}")
