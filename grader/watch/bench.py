"""Where a watched solution is graded: one warm engine, and a thread that uses it."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from grader.engine import Engine, open_engine
from grader.errors import GraderError
from grader.grade import grade_in_steps
from grader.isolation import Isolation
from grader.probe import Prober, new_seed
from grader.problem import Problem
from grader.watch.loop import Began, Broke, Failed, Graded, Post
from grader.workspace import Workspace


class Bench:
    """Grades one solution again and again; posts what comes of the newest run only."""

    def __init__(
        self, workspace: Workspace, number: str, path: Path, isolation: Isolation, post: Post
    ) -> None:
        self._workspace = workspace
        self._number = number
        self._path = path
        self._isolation = isolation
        self._post = post
        self._runs: SimpleQueue[int | None] = SimpleQueue()
        self._newest = 0
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._ready: tuple[Engine, Problem, Prober] | None = None
        # Daemon: a test file that hangs while it is collected must not keep the command.
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._newest = 0
        self._runs.put(None)
        self._drop_engine()

    def grade(self, run: int, *, anew: bool = False) -> None:
        """Grade the solution as it is; ``anew`` ends what is running, and reads the tests again."""
        self._newest = run
        if anew:
            self._drop_engine()
        self._runs.put(run)

    def _drop_engine(self) -> None:
        with self._lock:
            opened, self._open, self._ready = self._open, ExitStack(), None
        opened.close()

    def _work(self) -> None:
        while (run := self._runs.get()) is not None:
            try:
                if run == self._newest:
                    self._grade(run)
            except GraderError as error:
                self._post(Failed(run, str(error)))
            except Exception as error:  # noqa: BLE001  # raised again where it is seen
                self._post(Broke(error))

    def _grade(self, run: int) -> None:
        engine, problem, prober = self._prepared()
        cases = engine.tests().get(problem.number, ())
        self._post(Began(run))
        for result, is_final in grade_in_steps(engine, problem, self._path, cases, prober):
            if run != self._newest:
                return
            self._post(Graded(run, result, is_final))

    def _prepared(self) -> tuple[Engine, Problem, Prober]:
        """Return what grades; opened at the first run, and at each that begins anew."""
        with self._lock:
            if self._ready is None:
                workspace = self._workspace
                [problem] = workspace.problems([self._number])
                engine = self._open.enter_context(
                    open_engine(workspace.root, [problem], self._isolation)
                )
                # One seed for all saves: what was wrong and is right now was asked the same.
                prober = Prober(engine, workspace.reference, [new_seed()])
                self._ready = engine, problem, prober
            return self._ready
