"""Child side: collect the tests of some problems with pytest, then hand them over to be run."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from grader.engine.base import Base
from grader.engine.canary import Pair, add_canaries
from grader.errors import Fault
from grader.loader import short
from grader.plugin import HIDDEN, test_case

# The entry point's name; pytest loads the plugin by it, and only once.
PLUGIN = "backend-kata"
# What a grading has no use for. Each would cost time, write files or print.
_UNUSED = (
    "cacheprovider",
    "doctest",
    "faulthandler",
    "junitxml",
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
    "threadexception",
    "unraisableexception",
)

Items = Mapping[str, pytest.Item]


class Collection:
    """Pytest plugin: keep what was collected, then call ``serve`` in place of running it."""

    def __init__(self, base: Base, serve: Callable[[Collection], None]) -> None:
        self.items: dict[str, pytest.Item] = {}
        self.faults: list[Fault] = list(base.probes.faults)
        self._base = base
        self._tests: tuple[pytest.Item, ...] = ()
        self._canaries: dict[str, list[Pair]] = {}
        self._serve = serve

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a test file that cannot be collected."""
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            reasons = [line for line in lines if line.startswith("E ")] or lines[-1:]
            place = short(Path(report.nodeid.split("::")[0]))
            what = f"cannot be collected: {reasons[-1].removeprefix('E').strip()}"
            self.faults.append(Fault(place, what, "Run pytest on it to see all"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Serve instead of running the tests here."""
        self._tests = tuple(session.items)
        session.items[:] = self._with_canaries()
        self.items = {item.nodeid: item for item in session.items}
        for item in session.items:
            # Found out once here, not by every worker.
            _ = item.location
        self._serve(self)
        return True

    def _with_canaries(self) -> list[pytest.Item]:
        """Return the tests with canaries among them.

        Apart from what serves: there, local variables would be on the stack of every worker.
        """
        items = list(self._tests)
        for number, tests in self._hidden().items():
            dice = random.Random(f"{self._base.secret}{number}")  # noqa: S311  # of a secret seed
            canaries, pairs = add_canaries(tests, self._base.probes.modules.get(number), dice)
            self._canaries[number] = pairs
            for canary in canaries:
                items.insert(dice.randrange(len(items) + 1), canary)
        self._base.secret = ""
        return items

    def _hidden(self) -> Mapping[str, list[pytest.Item]]:
        """Return the hidden tests of each problem, by number."""
        hidden: dict[str, list[pytest.Item]] = {}
        for item in self._tests:
            if item.path.name == HIDDEN:
                hidden.setdefault(item.path.parent.name, []).append(item)
        return hidden

    def manifest(self) -> bytes:
        """Return what was collected, for ``grader.engine.manifest`` to read; forget most of it."""
        tests: dict[str, list[dict[str, Any]]] = {}
        for item in self._tests:
            tests.setdefault(item.path.parent.name, []).append(asdict(test_case(item)))
        data = {
            "faults": [asdict(fault) for fault in self.faults],
            "tests": tests,
            "canaries": self._canaries,
            "probes": self._base.probes.behaviours(),
            "layers": [asdict(layer) for layer in self._base.confinement.layers],
        }
        # What tells canaries from tests must not be in the memory of a solution's process.
        self._tests = ()
        self._canaries = {}
        return json.dumps(data).encode()


def collect(base: Base, serve: Callable[[Collection], None]) -> None:
    """Collect the tests of the problems and call ``serve``; return when it does."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    root = base.root
    arguments = [f"--rootdir={root}", f"--config-file={_config(root)}", "--override-ini=addopts="]
    arguments += ["--import-mode=importlib", "--capture=no", "--quiet", "--tb=no"]
    # A workspace may have no settings of its own.
    for setting in ("asyncio_mode=auto", "asyncio_default_fixture_loop_scope=function"):
        arguments.append(f"--override-ini={setting}")
    for name in ("pytest_asyncio.plugin", "_hypothesis_pytestplugin", PLUGIN):
        arguments += ["-p", name]
    for name in _UNUSED:
        arguments += ["-p", f"no:{name}"]
    collection = Collection(base, serve)
    pytest.main([*arguments, *map(str, base.folders)], plugins=[collection, _QuickReports()])


class _QuickReports:
    """Pytest plugin: make reports without formatting tracebacks, which nobody reads here."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Return a report that says whether the phase passed."""
        assert call.when != "collect"
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed" if call.excinfo else "passed",
            longrepr=None,
            when=call.when,
        )


def _config(root: Path) -> Path | str:
    """Return the workspace's own pytest settings, so that both ways to run agree."""
    config = root / "pyproject.toml"
    return config if config.exists() else os.devnull
