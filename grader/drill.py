"""The drill "what does it print?": the snippets, and what they print when they run."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import EngineError, UsageError

FOLDER = Path(__file__).with_name("drills")
# In the order of the course.
MODULES = (
    "execution_model",
    "memory",
    "mutability",
    "closures_and_decorators",
    "generators",
    "exceptions",
    "concurrency",
    "context_managers",
)
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Drill:
    """One snippet; its answer is what it prints, and is stored nowhere."""

    module: str
    module_title: str
    id: str
    title: str
    code: str
    explanation: str
    # One of the course's own questions.
    is_from_course: bool

    def output(self) -> str:
        """Run the snippet and return what it prints; raise EngineError if it does not end well."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "snippet.py"
            path.write_text(self.code, encoding="utf-8")
            try:
                ended = _run(path)
            except subprocess.TimeoutExpired as error:
                raise EngineError(f"The snippet {self.id} did not end.") from error
        if ended.returncode != 0 or ended.stderr:
            raise EngineError(f"The snippet {self.id} failed: {ended.stderr.strip()[-500:]}")
        return ended.stdout


def _run(path: Path) -> subprocess.CompletedProcess[str]:
    """Run a file in its own folder, apart from the learner's files and settings."""
    # Without SYSTEMROOT, Python cannot start on Windows.
    names = ("PATH", "SYSTEMROOT")
    return subprocess.run(  # noqa: S603  # our own snippets
        # Later versions warn of what some snippets are about, such as `return` in `finally`.
        [sys.executable, "-I", "-X", "utf8", "-W", "ignore::SyntaxWarning", path.name],
        cwd=path.parent,
        env={name: os.environ[name] for name in names if name in os.environ},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def is_right(answer: Sequence[str], output: str) -> bool:
    """Tell whether these lines are what is printed, but for space around and at line ends."""
    return _trimmed(answer) == _trimmed(output.splitlines())


def _trimmed(lines: Sequence[str]) -> list[str]:
    return "\n".join(line.rstrip() for line in lines).strip().splitlines()


def load_drills() -> list[Drill]:
    """Return all drills, module by module, from easy to hard."""
    return [drill for module in MODULES for drill in _load(module)]


def _load(module: str) -> Iterator[Drill]:
    data = tomllib.loads((FOLDER / f"{module}.toml").read_text(encoding="utf-8"))
    for entry in data["drills"]:
        yield Drill(
            module,
            data["title"],
            entry["id"],
            entry["title"],
            entry["code"],
            " ".join(entry["explanation"].split()),
            entry["course"],
        )


def select(drills: Sequence[Drill], names: Sequence[str]) -> list[Drill]:
    """Return the drills of the named modules and ids; raise UsageError for an unknown name."""
    if not names:
        return list(drills)
    found: list[Drill] = []
    for name in names:
        plain = name.replace("-", "_")
        chosen = [drill for drill in drills if plain in {drill.module, drill.id.replace("-", "_")}]
        if not chosen:
            raise UsageError(_unknown(name, drills))
        found += [drill for drill in chosen if drill not in found]
    return found


def _unknown(name: str, drills: Sequence[Drill]) -> str:
    names = [*MODULES, *(drill.id for drill in drills)]
    near = difflib.get_close_matches(name, names, 1)
    remedy = f"Did you mean {near[0]}?" if near else "`grader predict --list` shows all."
    return f"There is no module and no snippet `{name}`. {remedy}"
