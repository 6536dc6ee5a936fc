"""Run one job to its end, whatever the solution does: deadlines, crashes, what is left to run."""

from __future__ import annotations

import re
import secrets
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.case import Trial
from grader.engine.capture import HeadAndTail
from grader.engine.events import Exited, Listener, Silence
from grader.engine.job import Job, Order, parse_report
from grader.engine.worker import Engine, Worker
from grader.errors import EngineError
from grader.outcome import Outcome, TestReport

# What a worker is at when it is at no test.
STARTING, LOADING = "<start>", "<import>"
# How long a worker may take until it is ready: a fresh one imports pytest and collects first.
START_SECONDS = 60.0
# How long a worker may take to end after it was told to, or said that it would.
EXIT_SECONDS = 1.0


def run_job(engine: Engine, job: Job) -> Trial:
    """Judge one solution; every test of the job has a report in the trial that is returned."""
    run = _Run(engine, job)
    try:
        run.to_the_end()
    except EngineError as error:
        run.trial.failure = str(error)
    run.fill_in()
    return run.trial


class _Run:
    """A job under way: as many workers, one after another, as its crashes make necessary."""

    def __init__(self, engine: Engine, job: Job) -> None:
        self.engine = engine
        self.job = job
        self.trial = Trial()
        self.output = HeadAndTail()
        self.started = time.monotonic()
        self.ends_at = self.started + job.limits.problem_seconds

    def to_the_end(self) -> None:
        while (left := self.left()) and not self.trial.broken and time.monotonic() < self.ends_at:
            self._attempt(left)
            if self.left() == left and not self.trial.broken:
                raise EngineError(f"problem {self.job.number}: the worker ended before any test")

    def fill_in(self) -> None:
        """Give each test that has no report one, and write down the totals."""
        limit = f"Not run: the problem's {self.job.limits.problem_seconds:g} seconds were used up"
        missing = self.trial.broken or TestReport(Outcome.NOT_RUN, self.trial.failure or limit)
        for test in self.left():
            self.trial.reports[test] = missing
        self.trial.output = self.output.text()
        self.trial.seconds = time.monotonic() - self.started

    def left(self) -> tuple[str, ...]:
        return tuple(test for test in self.job.tests if test not in self.trial.reports)

    def _attempt(self, tests: tuple[str, ...]) -> None:
        with TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as scratch:
            token = secrets.token_hex(8)
            job = self.job
            order = Order(job.slug, str(job.path), tests, job.seed, scratch, token)
            worker = self.engine.start(order)
            listener = Listener(worker, token, self.output)
            try:
                _Attempt(self, worker, listener).follow()
            finally:
                worker.kill()
                listener.close()
                worker.close()


class _Attempt:
    """One worker, from its start to its end: follows what it says and enforces the deadlines."""

    def __init__(self, run: _Run, worker: Worker, listener: Listener) -> None:
        self.run = run
        self.worker = worker
        self.listener = listener
        self.current: str | None = STARTING
        self.deadline = time.monotonic() + START_SECONDS

    def follow(self) -> None:
        while True:
            event = self.listener.next(self.deadline)
            if isinstance(event, Exited):
                return self._exited(event.status)
            if isinstance(event, Silence):
                return self._timed_out()
            if event["kind"] == "done":
                self.run.trial.cpu_seconds += event["cpu"]
                self.run.trial.wall_seconds += event["wall"]
                return self._await_exit()
            self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        kind = event["kind"]
        if kind == "failure":
            raise EngineError(event["text"])
        if kind == "broken":
            self.run.trial.broken = parse_report(event["report"])
        elif kind == "end" and event["test"] == self.current:
            self._report(parse_report(event["report"]))
        self.current = {"ready": LOADING, "start": event.get("test")}.get(kind)
        self._set_deadline()

    def _set_deadline(self) -> None:
        limit = time.monotonic() + self.run.job.limits.test_seconds
        self.deadline = min(limit, self.run.ends_at)

    def _exited(self, status: int) -> None:
        if self.current is None and not self.run.trial.broken:
            # Ended between two tests: charge the next one, or the same would happen for ever.
            self.current = next(iter(self.run.left()), None)
        self._end(Outcome.CRASHED, f"Ended the process: {_describe(status)}", None)

    def _timed_out(self) -> None:
        where = self._where()
        seconds = f"{self.run.job.limits.test_seconds:g} seconds"
        self._end(Outcome.TIMEOUT, f"Did not end within {seconds}", where)

    def _where(self) -> str | None:
        """Return the solution's line that the worker hangs on, as far as it still answers."""
        self.worker.interrupt()
        self._await_exit()
        frames = re.findall(r'File "([^"]+)", line (\d+)', self.listener.stray_text())
        home = self.run.job.path
        for file, line in frames:
            if Path(file).is_relative_to(home):
                return f"{file}:{line}"
        return None

    def _await_exit(self) -> None:
        """Give the worker a moment to end by itself."""
        grace = time.monotonic() + EXIT_SECONDS
        while not isinstance(self.listener.next(grace), Exited | Silence):
            pass

    def _end(self, outcome: Outcome, message: str, where: str | None) -> None:
        if self.current == STARTING:
            raise EngineError(f"A worker did not get ready. {message}")
        if self.current == LOADING:
            message = f"{message} while it was imported"
            self.run.trial.broken = TestReport(Outcome.ERROR, message, where)
        elif self.current is not None:
            self._report(TestReport(outcome, message, where))

    def _report(self, report: TestReport) -> None:
        assert self.current is not None
        self.run.trial.reports.setdefault(self.current, report)


def _describe(status: int) -> str:
    """Say how a process ended, given its status."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
