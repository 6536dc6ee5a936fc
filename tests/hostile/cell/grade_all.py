"""Grade every dangerous file inside a cell; print as JSON what each cost and what it left."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grader
from grader.engine import Engine, open_engine
from grader.grade import grade
from grader.isolation import Isolation
from grader.probe import Prober
from grader.score import ProblemResult
from grader.workspace import Workspace

HOSTILE = Path(__file__).parents[1]
# How long what a grading left may take to go away.
CAP = 10.0
SECONDS = 4


def main() -> None:
    """Do so for the files named on the command line."""
    cell = Path("/mnt")  # where run.sh puts the small disk
    root = shutil.copytree(HOSTILE / "workspace", cell / "workspace")
    # Time for floods to fill what they may, also on a busy machine.
    metadata = root / "problems" / "01" / "problem.toml"
    metadata.write_text(metadata.read_text().replace("test_seconds = 1.0", f"test_seconds = {SECONDS}"))
    scratch = cell / "scratch"
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    workspace = Workspace(root)
    with open_engine(root, workspace.problems(), Isolation.REQUIRE) as engine:
        judge(engine, workspace, "02", root / "reference" / "p02_next.py")
        before = state(root, scratch)
        report = {}
        for name in sys.argv[1:]:
            result = judge(engine, workspace, "01", HOSTILE / "dangerous" / f"{name}.py")
            following = judge(engine, workspace, "02", root / "reference" / "p02_next.py")
            ends_at = time.monotonic() + CAP
            while state(root, scratch) != before and time.monotonic() < ends_at:
                time.sleep(0.05)
            report[name] = {
                "verdict": result.verdict,
                "points": result.points,
                "outcomes": {b.behaviour.id: b.outcome for b in result.behaviours},
                "said": {b.behaviour.id: b.report.message for b in result.behaviours},
                "following": following.verdict,
                "changed": [key for key, value in state(root, scratch).items() if value != before[key]],
            }
    print(json.dumps({"user": os.getuid(), "vices": report}))


def judge(engine: Engine, workspace: Workspace, number: str, path: Path) -> ProblemResult:
    problems = workspace.problems([number])
    prober = Prober(engine, workspace.reference, [7])
    [result] = grade(engine, problems, {number: path}, prober, jobs=1)
    return result


def state(root: Path, scratch: Path) -> Mapping[str, Any]:
    """Return what must be the same after every grading."""
    return {
        "processes": sorted(int(entry.name) for entry in Path("/proc").glob("[0-9]*")),
        "scratch": sorted(path.name for path in scratch.iterdir()),
        "workspace": digest(root),
        "grader": digest(Path(grader.__file__).parent),
        "memory objects": sorted(os.listdir("/dev/shm")),
    }


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*.py") if path.is_file())
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


if __name__ == "__main__":
    main()
