"""Child side: the process that runs one solution, from its start to its ``os._exit``."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from time import perf_counter  # a solution may patch the module's
from typing import Any

from _pytest.runner import runtestprotocol

from grader.engine.confine import Confinement
from grader.engine.job import Order, dump_report
from grader.engine.session import Items
from grader.engine.settle import Speaker, loads, settle_in
from grader.judge import judge
from grader.outcome import Outcome, TestReport
from grader.plugin import KATA, Kata
from grader.unawaited import watch_coroutines, with_warning


def run_order(order: Order, items: Items, confinement: Confinement, descriptor: int) -> None:
    """Run the order's tests against its solution and say on ``descriptor`` how each ended."""
    speaker = Speaker(descriptor, order.token)
    with speaker.failures():
        settle_in(order, confinement, descriptor)
        speaker.say("ready")
        _run(order, [items[test] for test in order.tests], speaker)


def _run(order: Order, items: list[Any], speaker: Speaker) -> None:
    kata: Kata = items[0].config.stash[KATA]
    problem = kata.problem_of(items[0])
    assert problem is not None
    kata.watch.stop()
    kata.solve(problem, Path(order.path), order.base_path)
    if loads(kata.solutions[problem.folder], speaker):
        if order.seed is not None:
            _reseed(items, order.seed)
        _run_items(items, kata, speaker)


def _reseed(items: list[Any], seed: int) -> None:
    """Give the property-based tests another seed than their fixed one."""
    hypothesis = sys.modules.get("hypothesis")
    for item in items:
        if hypothesis is not None and hypothesis.is_hypothesis_test(item.obj):
            hypothesis.seed(seed)(item.obj)


def _run_items(items: list[Any], kata: Kata, speaker: Speaker) -> None:
    began = _clocks()
    for number, (item, following) in enumerate(zip(items, [*items[1:], None], strict=True)):
        speaker.part(number)
        speaker.say("start", test=item.nodeid)
        start = perf_counter()
        report = _run_item(item, following, kata)
        _flush()
        seconds = round(perf_counter() - start, 6)
        speaker.hold("end", test=item.nodeid, report={**dump_report(report), "seconds": seconds})
    cpu, wall = (end - start for start, end in zip(began, _clocks(), strict=True))
    speaker.say("done", cpu=round(cpu, 6), wall=round(wall, 6))


def _run_item(item: Any, following: Any, kata: Kata) -> TestReport:
    """Run one test; what it is worth stands in the plugin's reports."""
    solution = kata.solution_of(item)
    try:
        with watch_coroutines() as warned:
            runtestprotocol(item, log=False, nextitem=following)
    except BaseException as error:  # noqa: BLE001  # it costs this test only
        return judge(error, solution)
    report = kata.reports.get(item.nodeid, TestReport(Outcome.NOT_RUN, "Did not run to its end"))
    for warning in warned:
        report = with_warning(report, warning, solution)
    return report


def _clocks() -> tuple[float, float]:
    """Return the CPU and the wall time so far, in seconds.

    CPU time counts children that ended. Wall time leaves out what the main thread waited for a
    core, so that a busy machine does not make a problem look slow.
    """
    times = os.times()
    cpu = times.user + times.system + times.children_user + times.children_system
    return cpu, perf_counter() - _queued()


def _queued() -> float:
    """Return how long the main thread was ready to run and did not, in seconds, if Linux tells."""
    try:
        # https://docs.kernel.org/scheduler/sched-stats.html: time on the CPU, time queued, slices.
        return int(Path("/proc/self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except Exception:  # noqa: BLE001  # a solution may have patched what this uses
        return 0.0


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
