"""A solution's own errors that reached no test, in words for the learner. Runs in children."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path

from grader.judge import raised
from grader.outcome import Outcome, TestReport
from grader.solution import Solution
from grader.testkit.swallowed import is_deliberate
from grader.text import printable

# How much is told of an error.
LINES = 3
_GRADER = Path(__file__).parent


class Mistakes:
    """The last error that the solution itself made, while one test ran."""

    def __init__(self, solution: Solution, tests: Path) -> None:
        """Listen for the errors of a solution; what comes from ``tests`` they raise on purpose."""
        self._solution = solution
        self._others = (tests, _GRADER)
        self._line = ""
        self._where: str | None = None

    def hear(self, error: BaseException) -> None:
        """Write an error down if the solution made it: its words only, not itself."""
        # A time-out or a connection that fails is what many a test is about.
        if isinstance(error, Exception) and not isinstance(error, OSError) and self._is_own(error):
            # Further down, libraries write where they were called, which may be in a test.
            self._line = "\n".join(printable(raised(error)).splitlines()[:LINES])
            self._where = self._solution.where(error.__traceback__)

    def behind(self, report: TestReport) -> TestReport:
        """Return the report of a claim that did not hold, with the mistake that may explain it."""
        if not self._line or report.outcome is not Outcome.FAILED:
            return report
        return replace(report, message=f"{report.message}\n{self._line}", where=self._where)

    def _is_own(self, error: Exception) -> bool:
        """Tell whether the solution raised an error, or made a library raise it."""
        files = [f.f_code.co_filename for f, _ in traceback.walk_tb(error.__traceback__)]
        if type(error).__module__ != "builtins" and is_deliberate(error):
            # A framework's own errors, as for a page that is not there, pass through middleware.
            files = files[-1:]
        for file in reversed(files):
            if self._solution.owns(file):
                return True
            if any(map(Path(file).is_relative_to, self._others)):
                return False
        return False
