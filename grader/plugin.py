"""The pytest plugin: ``pytest problems/07`` judges a solution.

Loaded by its entry point, and in no second way: pytest refuses to register a plugin twice.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import sys
import warnings
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from grader.case import TestCase, Trial
from grader.draws import draw_no_constants_of_modules
from grader.errors import GraderError, PartError, SolutionError
from grader.exits import ExitGuard
from grader.interrupts import InterruptWatch, RunEnded, ends_run
from grader.judge import judge
from grader.loader import METADATA, load_problem
from grader.mistakes import Mistakes
from grader.outcome import Outcome, TestReport
from grader.problem import Problem
from grader.score import ProblemResult, score
from grader.solution import Solution
from grader.solutions import NAMED, default_choice, find_solutions
from grader.testkit.calls import Mismatch
from grader.testkit.swallowed import listening
from grader.text import printable
from grader.unawaited import with_warning
from grader.workspace import Workspace

BEHAVIOUR = "behaviour"
HIDDEN = "test_hidden.py"


def test_case(item: pytest.Item) -> TestCase:
    """Return what scoring needs to know of a collected test."""
    behaviours = tuple(str(mark.args[0]) for mark in item.iter_markers(BEHAVIOUR) if mark.args)
    function = getattr(item, "originalname", item.name)
    return TestCase(item.nodeid, function, behaviours, item.path.name == HIDDEN)


class Kata:
    """What one pytest run knows: its problems, their solutions, how their tests ended."""

    def __init__(self, choice: str) -> None:
        self.choice = choice
        self.watch = InterruptWatch()
        self.exits = ExitGuard()
        self.problems: dict[Path, Problem] = {}
        self.solutions: dict[Path, Solution] = {}
        self.items: dict[str, pytest.Item] = {}
        self.reports: dict[str, TestReport] = {}
        # Of the test that runs.
        self.mistakes: dict[str, Mistakes] = {}
        self.broken: dict[Path, TestReport] = {}
        # All hidden tests of a problem, whichever were asked for.
        self.hidden: dict[Path, set[str]] = {}
        self.seconds: dict[Path, float] = {}
        self.is_own_run = False

    def problem_of(self, item: pytest.Item) -> Problem | None:
        """Return the problem whose folder holds the test, None for any other test."""
        folder = item.path.parent
        if folder not in self.problems and (folder / METADATA).exists():
            self.problems[folder] = load_problem(folder)
        return self.problems.get(folder)

    def solution_of(self, item: pytest.Item) -> Solution:
        """Return the solution that the test judges."""
        return self.solutions[item.path.parent]

    def judge_phase(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Take note of how one phase of a test ended: a pass needs its call and no failure."""
        folder = item.path.parent
        self.seconds[folder] = self.seconds.get(folder, 0.0) + call.duration
        if call.excinfo is None:
            if call.when == "call":
                self.reports[item.nodeid] = TestReport(Outcome.PASSED)
            return
        error = call.excinfo.value
        report = judge(error, self.solution_of(item))
        if isinstance(error, Mismatch) and (mistakes := self.mistakes.get(item.nodeid)):
            report = mistakes.behind(report)
        if isinstance(error, SolutionError) and not isinstance(error, PartError):
            self.broken[item.path.parent] = report
        earlier = self.reports.get(item.nodeid)
        if earlier is None or earlier.outcome is Outcome.PASSED:
            self.reports[item.nodeid] = report

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, nodeid: str
    ) -> None:
        """Add to a failed test's report that the solution left a coroutine unawaited."""
        if report := self.reports.get(nodeid):
            solution = self.solution_of(self.items[nodeid])
            self.reports[nodeid] = with_warning(report, warning_message, solution)

    def choose_solutions(self) -> None:
        """Find the solutions of the problems collected so far, which this process will run."""
        self.is_own_run = True
        for root in {folder.parent.parent for folder in self.problems}:
            problems = [p for p in self.problems.values() if p.folder.parent.parent == root]
            paths = find_solutions(self.choice, Workspace(root), problems)
            for problem in problems:
                path = paths[problem.number]
                self.solve(problem, path, problem.base_of(path))

    def results(self) -> list[ProblemResult]:
        """Return how each problem that was judged stands, as far as its tests ran."""
        results = []
        for folder, problem in sorted(self.problems.items()):
            cases = [test_case(item) for item in self.items.values() if item.path.parent == folder]
            if any(case.id in self.reports for case in cases):
                seconds = self.seconds.get(folder, 0.0)
                trial = Trial(self.reports, self.broken.get(folder), seconds=seconds)
                results.append(score(problem, self.solutions[folder].path, cases, trial))
        return results

    def gradings(self) -> list[ProblemResult]:
        """Return the results of the learner's own solutions of which every hidden test ran."""
        if not self.is_own_run or self.choice != NAMED[0]:
            return []
        return [
            result
            for result in self.results()
            if self.hidden.get(result.problem.folder, {""}) <= self.reports.keys()
        ]

    def watching(self, item: pytest.Item) -> contextlib.AbstractContextManager[None]:
        """Listen for mistakes of the solution that its test will not get to see."""
        if item.nodeid not in self.items:
            return contextlib.nullcontext()
        if item.nodeid not in self.mistakes:
            self.mistakes = {item.nodeid: Mistakes(self.solution_of(item), item.path.parent)}
        return listening(self.mistakes[item.nodeid].hear)

    def solve(self, problem: Problem, path: Path, base: Path | None) -> None:
        """Judge the solution at ``path``, laid over the package ``base``, from now on."""
        self.solutions[problem.folder] = Solution(path, problem.slug, self.watch.is_signal, base)


KATA = pytest.StashKey[Kata]()
CARD_WANTED = pytest.StashKey[bool]()
# Those of this process: a test may run pytest.
_RUNS: list[Kata] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--solutions``."""
    parser.getgroup("backend-kata").addoption(
        "--solutions",
        default=default_choice(),
        metavar="stubs|reference|DIR|FILE",
        help="where the solutions are (default: stubs, or GRADER_SOLUTIONS)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Get ready to judge; where only problems are asked for, make the output the learner's."""
    config.addinivalue_line("markers", f"{BEHAVIOUR}(id): the demand of the statement it checks")
    config.stash[KATA] = kata = Kata(config.getoption("solutions"))
    _RUNS.append(kata)
    kata.watch.start()
    # A hook of its own: it is told no configuration to find the kata in.
    config.pluginmanager.register(kata)
    only_problems = bool(config.args) and all(map(_is_problem_path, config.args))
    if only_problems:
        # A solution may warn; what it may not do, a test says. See pytest_itemcollected.
        config.addinivalue_line("filterwarnings", "default")
    options = config.option
    is_plain = options.verbose == 0 and options.tbstyle == "auto" and not options.usepdb
    config.stash[CARD_WANTED] = only_problems and is_plain
    if config.stash[CARD_WANTED]:
        # Before the terminal reporter is made, which looks at these once. Warnings would show
        # lines of hidden tests; what a solution is to blame for, its card says.
        options.tbstyle, options.reportchars, options.no_header = "no", "", True
        options.verbose, options.disable_warnings = -1, True


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop watching for Ctrl-C and exits, and remember what was graded."""
    if kata := config.stash.get(KATA, None):
        kata.watch.stop()
        kata.exits.stop()
        _RUNS.remove(kata)
        # A run inside another one's test leaves that one its loggers.
        if config.stash[CARD_WANTED] and not _RUNS:
            # What it would say of tasks that a solution left is nobody's business any more, and
            # shows lines of hidden tests.
            logging.getLogger("asyncio").disabled = True
        _remember(kata.gradings())


def _remember(results: list[ProblemResult]) -> None:
    for root in {result.problem.folder.parent.parent for result in results}:
        # Here, at the end: what it imports would slow down the start of every run.
        from grader.history import record

        graded = [result for result in results if result.problem.folder.parent.parent == root]
        if trouble := record(Workspace(root), graded, "pytest"):
            sys.stderr.write(f"grader: {trouble}\n")


def _is_problem_path(argument: str) -> bool:
    path = Path(argument.split("::", maxsplit=1)[0]).resolve()
    if path.name == "problems":
        return any(path.glob(f"*/{METADATA}"))
    return any((folder / METADATA).exists() for folder in (path, path.parent))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Note every hidden test of a file, before a node id or ``--lf`` picks some of them."""
    report = yield
    if collector.path.name == HIDDEN:
        known = collector.config.stash[KATA].hidden.setdefault(collector.path.parent, set())
        known.update(node.nodeid for node in report.result if isinstance(node, pytest.Item))
    return report


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a problem's test its time-out, and let a solution warn without failing it."""
    try:
        problem = item.config.stash[KATA].problem_of(item)
    except GraderError as error:
        raise pytest.UsageError(str(error)) from error
    if problem is not None:
        item.config.stash[KATA].items[item.nodeid] = item
        item.add_marker(pytest.mark.filterwarnings("default"))
        if item.config.pluginmanager.has_plugin("timeout"):
            item.add_marker(pytest.mark.timeout(problem.limits.test_seconds))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let a problem's tests draw the same wherever they run."""
    if session.config.stash[KATA].items:
        draw_no_constants_of_modules()


def pytest_runtestloop(session: pytest.Session) -> None:
    """Find the solutions of all collected problems, and leave the running to pytest.

    The engine, which comes before this hook, runs the tests itself and chooses per worker.
    """
    kata = session.config.stash[KATA]
    try:
        kata.choose_solutions()
    except GraderError as error:
        raise pytest.UsageError(str(error)) from error
    if session.config.stash[CARD_WANTED]:
        _import_summary()
    if kata.problems:
        kata.exits.start()


def _import_summary() -> None:
    """Import what the end of the run needs before a solution can break Python's compiler.

    Python 3.11 may count its recursion wrongly once KeyboardInterrupt has left a TaskGroup; from
    then on ``ast.parse``, with which pytest imports plugins, raises SystemError.
    """
    for name in ("grader.history", "grader.render.card", "hypothesis.internal.observability"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


@pytest.fixture
def solution(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """Give the learner's module, run anew for every test."""
    chosen = request.config.stash[KATA].solution_of(request.node)
    yield chosen.load()
    chosen.unload()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Let a solution that ends the run end its own test only."""
    yield from _contained(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Let a solution that ends the run end its own test only."""
    yield from _contained(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Let a solution that ends the run end its own test only."""
    yield from _contained(item)


def _contained(item: pytest.Item) -> Generator[None, None, None]:
    kata = item.config.stash[KATA]
    try:
        with kata.watching(item):
            yield
    except BaseException as error:
        if item.nodeid in kata.items and ends_run(error, kata.watch):
            raise RunEnded().with_traceback(error.__traceback__) from error
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge each phase of a problem's test; a solution that does not load gets no traceback."""
    report = yield
    kata = item.config.stash[KATA]
    if item.nodeid in kata.items:
        kata.judge_phase(item, call)
        if report.capstdout and (judged := kata.reports.get(item.nodeid)):
            kata.reports[item.nodeid] = replace(judged, printed=printable(report.capstdout))
        if call.excinfo is not None and isinstance(call.excinfo.value, SolutionError):
            judged = kata.reports[item.nodeid]
            report.longrepr = f"{judged.where or kata.solution_of(item).path}: {judged.message}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show a card per problem in place of tracebacks."""
    config = terminalreporter.config
    if config.stash[CARD_WANTED]:
        from grader.render.card import print_cards

        print_cards(config.stash[KATA].results(), config.stash[KATA].choice)
