"""Put the untouched stub back in place of a solution."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from grader.problem import Problem
from grader.workspace import Workspace


def reset(workspace: Workspace, problem: Problem) -> Path | None:
    """Put the stub back; return where the solution was moved to, None where there was none."""
    path = workspace.root / "stubs" / problem.solution_name
    backup = None
    if os.path.lexists(path):
        workspace.state.mkdir(exist_ok=True)
        backup = Path(tempfile.mkdtemp(dir=workspace.state, prefix="reset_")) / path.name
        shutil.move(path, backup)
    copy = shutil.copytree if problem.stub.is_dir() else shutil.copy
    copy(problem.stub, path)
    return backup
