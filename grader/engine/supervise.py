"""Run one job to its end, whatever the solution does: deadlines, crashes, what is left to run."""

from __future__ import annotations

import math
import re
import secrets
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grader.case import Trial
from grader.engine.events import Exited, Listener, Silence
from grader.engine.job import MUTE, Job, Message, Order
from grader.engine.scratch import MAX_BYTES, MAX_ENTRIES, is_overfull, scratch_folder
from grader.engine.worker import Engine, Worker
from grader.errors import EngineError, SolutionError
from grader.intake import take_in
from grader.outcome import Outcome, TestReport

# What a worker is at when it is at no test.
STARTING, LOADING = "<start>", "<import>"
# How long a worker may take until it is ready: a fresh one imports pytest and collects first.
START_SECONDS = 60.0
# How long a worker may take to end after it was told to, or said that it would.
EXIT_SECONDS = 1.0
# How often its folder is looked at.
CHECK_SECONDS = 0.05
# CPU seconds that a worker may use for each second of its problem's limit: it may have threads.
CPU_FACTOR = 2
_LOST = "Its result did not arrive: something wrote over it, or ended the tests early"


def run_job(engine: Engine, job: Job) -> Trial:
    """Judge one solution; every test of the job has a report in the trial that is returned."""
    run = _Run(engine, job)
    try:
        run.to_the_end()
    except (EngineError, OSError) as error:
        run.trial.failure = str(error)
    run.fill_in()
    return run.trial


class _Run:
    """A job under way: as many workers, one after another, as its crashes make necessary."""

    def __init__(self, engine: Engine, job: Job) -> None:
        self.engine = engine
        self.job = job
        self.trial = Trial()
        self.canaries = frozenset(claim for pair in job.canaries for claim in pair)
        # A dict, because each message asks whether its test is among them.
        self.tests = dict.fromkeys(_mixed(job.tests, self.canaries))
        self.started = time.monotonic()
        self.ends_at = self.started + job.limits.problem_seconds
        self.copy = job.path

    def to_the_end(self) -> None:
        with scratch_folder() as place:
            try:
                self.copy = take_in(self.job.path, Path(place, "solution"))
            except SolutionError as error:
                self.trial.broken = TestReport(Outcome.ERROR, error.message, error.where)
                return
            self._attempts(place)

    def _attempts(self, place: str) -> None:
        while (left := self.left()) and not self.trial.broken and time.monotonic() < self.ends_at:
            self._attempt(left, place)

    def fill_in(self) -> None:
        """Give each test that has no report one, and write down the totals."""
        limit = f"Not run: the problem's {self.job.limits.problem_seconds:g} seconds were used up"
        reports = self.trial.reports
        missing = self.trial.broken or TestReport(Outcome.NOT_RUN, self.trial.failure or limit)
        for test in self.left():
            reports[test] = missing
        self.trial.is_tampered = any(
            all(claim in reports and reports[claim].outcome.is_pass for claim in pair)
            for pair in self.job.canaries
        )
        for claim in self.canaries & reports.keys():
            del reports[claim]
        self.trial.seconds = time.monotonic() - self.started

    def keep(self, test: str, report: TestReport) -> None:
        """Keep how a test ended; what it says of the copy is meant of the original."""
        self.trial.reports[test] = self.restored(report)

    def give_up_canary(self, claim: str, since: float) -> None:
        """Run its partner no more: it hung or crashed since then, and that time is given back.

        It asks what tests ask; a solution that hangs must not lose the time for its other tests.
        """
        [pair] = [pair for pair in self.job.canaries if claim in pair]
        for test in pair:
            self.tests.pop(test, None)
        self.ends_at += time.monotonic() - since

    def restored(self, report: TestReport) -> TestReport:
        """Return a report that speaks of the solution where it was handed in."""
        where = report.where
        if where is not None:
            # Anything may stand there: only places in the solution are shown.
            places = tuple(f"{path}" for path in (self.copy, self.job.base) if path)
            where = self.original(where) if where.startswith(places) else None
        return replace(report, message=self.original(report.message), where=where)

    def original(self, text: str) -> str:
        return text.replace(str(self.copy), str(self.job.path))

    def left(self) -> tuple[str, ...]:
        return tuple(filter(self.is_left, self.tests))

    def is_left(self, test: str | None) -> bool:
        return test in self.tests and test not in self.trial.reports

    def _attempt(self, tests: tuple[str, ...], place: str) -> None:
        with scratch_folder(place) as scratch:
            token = secrets.token_hex(8)
            job = self.job
            order = Order(
                slug=job.slug,
                path=str(self.copy),
                tests=tests,
                seed=job.seed,
                scratch=scratch,
                token=token,
                cpu_seconds=math.ceil(CPU_FACTOR * job.limits.problem_seconds),
                base=str(job.base) if job.base else None,
                questions=job.questions,
            )
            worker = self.engine.start(order)
            listener = Listener(worker, token, len(tests))
            try:
                _Attempt(self, worker, listener, scratch).follow()
            finally:
                worker.kill()
                listener.close()
                worker.close()
                self._keep_printed(tests, listener.printed())

    def _keep_printed(self, tests: Sequence[str], printed: Sequence[str]) -> None:
        loading, *parts = map(self.original, printed)
        self.trial.loading_printed = self.trial.loading_printed or loading
        for test, text in zip(tests, parts, strict=True):
            if text and (report := self.trial.reports.get(test)):
                self.trial.reports[test] = replace(report, printed=text)


def _mixed(tests: Sequence[str], canaries: Iterable[str]) -> tuple[str, ...]:
    """Return the tests in their order, with canaries at places that nobody can foresee."""
    mixed = list(tests)
    for claim in canaries:
        mixed.insert(secrets.randbelow(len(mixed) + 1), claim)
    return tuple(mixed)


class _Attempt:
    """One worker, from its start to its end: follows what it says and enforces the deadlines."""

    def __init__(self, run: _Run, worker: Worker, listener: Listener, scratch: str) -> None:
        self.run = run
        self.scratch = scratch
        self.failure = ""
        self.worker = worker
        self.listener = listener
        self.current: str | None = STARTING
        self.since = time.monotonic()
        self.deadline = self.since + START_SECONDS

    def follow(self) -> None:
        """Follow the worker to its end; at least one more test has a report then."""
        while True:
            check = time.monotonic() + CHECK_SECONDS
            event = self.listener.next(min(check, self.deadline))
            if time.monotonic() >= check and is_overfull(self.scratch, self.worker.pid):
                return self._overfull()
            if isinstance(event, Silence) and check < self.deadline:
                continue
            if isinstance(event, Exited):
                return self._exited(event.status)
            if isinstance(event, Silence):
                return self._timed_out()
            if event["kind"] == "done":
                return self._done(event["cpu"], event["wall"])
            self._take(event)

    def _take(self, event: Message) -> None:
        """Act on a message; one that is repeated or out of place says nothing."""
        match event["kind"]:
            case "failure" if self.current == STARTING:
                raise EngineError(event["text"])
            case "failure":
                # From the first load on, all that the worker does is the solution's doing.
                lines = event["text"].strip().split("\n")
                self.failure = lines[-1] or "it does not say how"
            case "ready" if self.current == STARTING:
                self._move_on(LOADING)
            case "loaded" if self.current == LOADING:
                self._move_on(None)
            case "broken" if self.current == LOADING:
                self.run.trial.broken = self.run.restored(event["report"])
                self._move_on(None)
            case "start" if self.run.is_left(event["test"]) and event["test"] != self.current:
                if self.run.is_left(self.current):
                    self._charge(Outcome.CRASHED, _LOST)
                self._move_on(event["test"])
            case "answers" if event["test"] == self.current:
                self.run.trial.answers[event["test"]] = (event["steps"], event["answers"])
            case "end" if event["test"] == self.current:
                self.run.keep(event["test"], event["report"])
                self._move_on(None)

    def _move_on(self, current: str | None) -> None:
        self.current = current
        self.since = time.monotonic()
        limit = self.since + self.run.job.limits.test_seconds
        self.deadline = min(limit, self.run.ends_at)

    def _done(self, cpu: float, wall: float) -> None:
        self.run.trial.cpu_seconds += cpu
        self.run.trial.wall_seconds += wall
        self._await_exit()
        self._charge(Outcome.CRASHED, _LOST)

    def _exited(self, status: int | None) -> None:
        if status is None:
            raise EngineError(f"The engine ended while problem {self.run.job.number} was graded")
        end = f"Ended the process: {_describe(status)}"
        if self.failure:
            end = f"Broke what runs its tests: {self.failure}"
        self._charge(Outcome.CRASHED, end, self._line())

    def _overfull(self) -> None:
        amount = f"{MAX_BYTES >> 20} MiB or {MAX_ENTRIES:,} files"
        self._charge(Outcome.CRASHED, f"Stopped: it filled its folder with more than {amount}")

    def _timed_out(self) -> None:
        if self.current == STARTING:
            raise EngineError(f"A worker did not get ready within {START_SECONDS:g} seconds")
        limits = self.run.job.limits
        limit = f"within {limits.test_seconds:g} seconds"
        if time.monotonic() >= self.run.ends_at:
            if self.current is None or (self.current == LOADING and self.run.trial.reports):
                # Nothing hung: what is left is not run.
                return
            limit = f"before the problem's {limits.problem_seconds:g} seconds were used up"
        self.worker.interrupt()
        self._await_exit()
        self._charge(Outcome.TIMEOUT, f"Did not end {limit}", self._line())

    def _await_exit(self) -> None:
        """Give the worker a moment to end by itself."""
        grace = time.monotonic() + EXIT_SECONDS
        while not isinstance(self.listener.next(grace), Exited | Silence):
            pass

    def _line(self) -> str | None:
        """Return the solution's line that stands in the worker's dump of its stacks, if any.

        The current thread's comes first: it is the one that crashed, or that runs the test.
        """
        others, _, current = self.listener.stray_text().rpartition("Current thread")
        for file, line in re.findall(r'File "([^"]+)", line (\d+)', current + others):
            if Path(file).is_relative_to(self.run.copy):
                return f"{file}:{line}"
        return None

    def _charge(self, outcome: Outcome, message: str, where: str | None = None) -> None:
        """Let what the worker was at pay for its end.

        Between two tests it is the next one, or the same would happen for ever.
        """
        left = self.run.left()
        if self.current == STARTING:
            raise EngineError(f"A worker did not get ready. {message}")
        if self.current == LOADING:
            message = f"{message} while it was imported"
            report = TestReport(Outcome.ERROR, message, where)
            self.run.trial.broken = self.run.restored(report)
        elif left and not self.run.trial.broken:
            test = self.current or left[0]
            self.run.keep(test, TestReport(outcome, message, where))
            if test in self.run.canaries:
                self.run.give_up_canary(test, self.since)


def _describe(status: int) -> str:
    """Say how a process ended, given its status."""
    if status == MUTE:
        return "it could not say any more how its tests end"
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
