"""What could hurt the machine is denied or ended, for root and for an ordinary user.

Each file of hostile/dangerous is graded in a cell, never bare: `cell/run.sh` gives it process
numbers, mounts and a small disk of its own, so that a hole in the walls hurts nobody here either.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.isolation import lacking, survey

HOSTILE = Path(__file__).parent / "hostile"
ROOT = HOSTILE.parents[1]
ORDINARY = 54_321
LATE = "Did not end within 4 seconds"
DENIED = "PermissionError"
FULL = "Stopped: it filled its folder with more than 64 MiB or 10,000 files"
MEMORY = "MemoryError"
COSTS = {
    "bombs_with_forks": ("failed", DENIED),
    "bombs_with_forks_quietly": ("timeout", LATE),
    "bombs_with_threads": ("failed", "RuntimeError: can't start new thread"),
    "kills_every_process": ("failed", DENIED),
    "kills_its_parent": ("failed", DENIED),
    "stops_its_parent": ("failed", DENIED),
    "eats_memory_slowly": ("failed", MEMORY),
    "eats_memory_at_once": ("failed", MEMORY),
    "maps_memory": ("failed", "OSError: [Errno 12] Cannot allocate memory"),
    "fills_the_disk": ("crashed", FULL),
    "fills_the_disk_unseen": ("crashed", FULL),
    "writes_one_huge_file": ("failed", "OSError: [Errno 27] File too large"),
    "makes_a_hundred_thousand_files": ("crashed", FULL),
    "uses_up_the_descriptors": ("failed", "OSError: [Errno 24] Too many open files"),
    "opens_a_socket": ("failed", DENIED),
    "starts_a_program": ("failed", DENIED),
    "removes_the_answers": ("failed", DENIED),
    "writes_into_the_grader": ("failed", DENIED),
    "raises_its_limits": ("failed", "ValueError: not allowed to raise maximum limit"),
    "burns_every_core": ("timeout", LATE),
}
MISSING = [f"{layer.name}: {layer.missing}" for layer in lacking(survey())]
Report = dict[str, Any]


@pytest.fixture(scope="module", params=["root", "ordinary user"])
def cell(request: pytest.FixtureRequest) -> Report:
    """Grade them all in a cell, as root and as an ordinary user; skip where there is no cell."""
    if MISSING:
        pytest.skip(f"cannot be confined: {'; '.join(MISSING)}")
    environment = dict(os.environ)
    if request.param != "root":
        environment["USER_ID"] = str(ORDINARY)
        environment["NEEDED"] = " ".join({sys.base_prefix, sys.prefix, str(ROOT)})
    refused = subprocess.run(
        [HOSTILE / "cell" / "run.sh", "true"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    if refused.returncode:
        pytest.skip(f"no cell to be had here: {refused.stderr.strip()[-200:]}")
    done = subprocess.run(
        [HOSTILE / "cell" / "run.sh", sys.executable, HOSTILE / "cell" / "grade_all.py", *COSTS],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd="/",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report: Report = json.loads(done.stdout)
    assert report["user"] == (0 if request.param == "root" else ORDINARY)
    found: Report = report["vices"]
    return found


def test_every_dangerous_file_has_its_cost() -> None:
    assert {path.stem for path in (HOSTILE / "dangerous").glob("*.py")} == COSTS.keys()


@pytest.mark.parametrize("name", COSTS)
def test_it_costs_its_own_behaviour_and_nothing_else(cell: Report, name: str) -> None:
    found = cell[name]

    outcome, message = COSTS[name]
    others = dict.fromkeys(("doubles", "adds", "greets"), "passed")
    assert found["outcomes"] == others | {"shouts": outcome}, found["said"]
    assert message in found["said"]["shouts"]
    assert found["following"] == "solved"
    assert found["changed"] == []
