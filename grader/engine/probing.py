"""Child side: put a probe's questions to one solution, in a process that never saw a test."""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.answers import Answer, encode
from grader.engine.confine import Confinement
from grader.engine.job import Order, Script, dump_report
from grader.engine.settle import Speaker, loads, settle_in
from grader.errors import Fault
from grader.loader import short
from grader.outcome import Outcome, TestReport
from grader.solution import Solution
from grader.text import safe_str

PROBE = "probe.py"


class Probes:
    """The probes of some problems, by number, and what is wrong with those that have a fault."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Import them."""
        self.modules: dict[str, ModuleType] = {}
        self.faults: list[Fault] = []
        self._behaviours: dict[str, list[str]] = {}
        for folder in folders:
            if (folder / PROBE).exists():
                self._add(folder.name, folder / PROBE)

    def behaviours(self) -> Mapping[str, list[str]]:
        """Return the ids of the behaviours that each probe asks about."""
        return self._behaviours

    def _add(self, number: str, path: Path) -> None:
        try:
            probe = _import(path)
            self._behaviours[number] = list(write_script(probe, [0]))
            self.modules[number] = probe
        except Exception as error:  # noqa: BLE001  # a fault of its author's, whatever it is
            what = f"cannot be used: {type(error).__name__}: {safe_str(error)}"
            self.faults.append(Fault(short(path), what, "problems/README.md says what it holds"))


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"probe_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_script(probe: ModuleType, seeds: Sequence[int]) -> Script:
    """Return the steps that a probe makes of each seed, by behaviour."""
    script: Script = {}
    for index, seed in enumerate(seeds):
        for step in probe.steps(random.Random(seed)):  # noqa: S311  # to be repeated, not secret
            rounds = script.setdefault(step["behaviour"], [])
            rounds.extend([] for _ in range(index + 1 - len(rounds)))
            rounds[index].append(step)
    return script


def run_probe(order: Order, probes: Probes, confinement: Confinement, descriptor: int) -> None:
    """Put the order's questions to its solution and say on ``descriptor`` what it answers."""
    assert order.questions is not None
    speaker = Speaker(descriptor, order.token)
    with speaker.failures():
        probe = probes.modules[order.number]
        script = order.questions.script or write_script(probe, order.questions.seeds)
        settle_in(order, confinement, descriptor)
        speaker.say("ready")
        solution = Solution(Path(order.path), order.slug, lambda _: False, order.base_path)
        if loads(solution, speaker):
            for behaviour in order.tests:
                _observe(solution, probe, behaviour, script.get(behaviour, []), speaker)
            speaker.say("done", cpu=0.0, wall=0.0)


def _observe(
    solution: Solution, probe: ModuleType, behaviour: str, rounds: list[list[Any]], speaker: Speaker
) -> None:
    """Ask about one behaviour; the solution is run anew for each round."""
    speaker.say("start", test=behaviour)
    found: list[list[Answer]] = []
    report = TestReport(Outcome.PASSED)
    try:
        for steps in rounds:
            # A copy: what a solution does to its questions must not change them for others.
            raw = probe.observe(solution.load(), json.loads(json.dumps(steps)))
            found.append([encode(answer) for answer in raw])
            solution.unload()
    except BaseException as error:  # noqa: BLE001  # it costs this behaviour only
        report = TestReport(Outcome.FAILED, f"it raised {type(error).__name__}: {safe_str(error)}")
    speaker.say("answers", test=behaviour, steps=rounds, answers=found)
    speaker.say("end", test=behaviour, report=dump_report(report))
