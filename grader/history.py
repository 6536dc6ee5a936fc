"""Remember every grading of the learner's own solutions, in an embedded SQLite file.

Format 1 (``PRAGMA user_version``): the table ``gradings``, a row per problem and grading. The text
of a solution is never stored, only its digest.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.errors import SolutionError, UsageError
from grader.intake import modules
from grader.outcome import Verdict
from grader.problem import Problem
from grader.score import ProblemResult, is_untouched
from grader.solution import read_file
from grader.workspace import Workspace

if TYPE_CHECKING:
    # Imported where it is used: `grader --help` and pytest start without it.
    import sqlite3

FORMAT = 1
# How long to wait for another process that is writing; it takes milliseconds.
BUSY_SECONDS = 2.0
Source = Literal["grader", "pytest", "watch", "interview", "reset"]
_TABLE = """
CREATE TABLE gradings (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    problem TEXT NOT NULL,
    verdict TEXT NOT NULL,
    points INTEGER NOT NULL,
    max INTEGER NOT NULL,
    passed TEXT NOT NULL,
    failed INTEGER NOT NULL,
    source TEXT NOT NULL,
    digest TEXT NOT NULL,
    untouched INTEGER NOT NULL,
    seconds REAL NOT NULL
)"""
_COLUMNS = "at, problem, verdict, points, max, passed, failed, source, digest, untouched, seconds"
_WRITE = f"INSERT INTO gradings ({_COLUMNS}) VALUES ({', '.join('?' * 11)})"  # noqa: S608  # no input
_READ = f"SELECT {_COLUMNS} FROM gradings ORDER BY id"  # noqa: S608  # no input
_LAST = """
SELECT untouched FROM gradings WHERE problem = ? AND source != 'interview' ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Grading:
    """One problem in one grading: ``at`` is UTC, ``passed`` has the ids of behaviours.

    ``failed`` counts hidden tests; ``untouched`` says that the solution was the pristine stub;
    ``digest`` is empty where the solution could not be read.
    """

    at: datetime
    problem: str
    verdict: Verdict
    points: int
    max: int
    passed: frozenset[str]
    failed: int
    source: str
    digest: str
    untouched: bool
    seconds: float


def history_file(workspace: Workspace) -> Path:
    """Return where the history is kept."""
    return workspace.state / "progress.sqlite3"


def record(
    workspace: Workspace,
    results: Sequence[ProblemResult],
    source: Source,
    *,
    at: datetime | None = None,
) -> str | None:
    """Write a grading of the learner's own solutions down; return why that failed, if it did.

    Never raises for trouble with the storage: the grading is worth more than its trace. A stub
    that nobody has touched is no grading, unless something was graded before.
    """
    now = at or datetime.now(UTC)
    gradings = [_grading(result, source, now) for result in results]
    return _write(workspace, gradings, "this grading")


def record_reset(
    workspace: Workspace, problem: Problem, *, at: datetime | None = None
) -> str | None:
    """Note that a problem begins anew; return why that failed, if it did."""
    blank = Grading(
        at=at or datetime.now(UTC),
        problem=problem.number,
        verdict=Verdict.TODO,
        points=0,
        max=problem.points,
        passed=frozenset(),
        failed=0,
        source="reset",
        digest=digest_of(problem.stub),
        untouched=True,
        seconds=0.0,
    )
    return _write(workspace, [blank], "this")


def read_history(workspace: Workspace) -> list[Grading]:
    """Return all gradings, the oldest first; raise UsageError where the file cannot be used."""
    path = history_file(workspace)
    try:
        if not path.exists():
            return []
        with _opened(path, "rw") as database:
            database.execute("BEGIN")
            if not _has_table(database, path):
                return []
            return [_parse(row) for row in database.execute(_READ)]
    except _storage_errors() as error:
        raise UsageError(_trouble(path, error)) from error
    except (ValueError, TypeError) as error:
        raise UsageError(_damaged(path, f"a row of it is {error}")) from error


def digest_of(path: Path) -> str:
    """Return what tells the texts of solutions apart; empty where there is none to read."""
    digest = hashlib.sha256()
    try:
        for file in modules(path) if path.is_dir() else [path]:
            # The length keeps two files apart from one that holds both.
            data = read_file(file)
            digest.update(f"{file.relative_to(path)} {len(data)}\n".encode() + data)
    except (SolutionError, OSError):
        return ""
    return digest.hexdigest()


def _grading(result: ProblemResult, source: Source, at: datetime) -> Grading:
    stub = result.problem.stub
    return Grading(
        at=at,
        problem=result.problem.number,
        verdict=result.verdict,
        points=result.points,
        max=result.problem.points,
        passed=result.passed_ids,
        failed=len(result.failed),
        source=source,
        digest=digest_of(result.path),
        untouched=not os.path.lexists(result.path) or is_untouched(result.path, stub),
        seconds=round(result.seconds, 3),
    )


def _write(workspace: Workspace, gradings: Sequence[Grading], what: str) -> str | None:
    path = history_file(workspace)
    try:
        if not path.exists() and all(grading.untouched for grading in gradings):
            return None
        path.parent.mkdir(exist_ok=True)
        with _opened(path, "rwc") as database:
            # Immediate: two that read first and write then would wait for each other.
            database.execute("BEGIN IMMEDIATE")
            if not _has_table(database, path):
                database.execute(_TABLE)
                database.execute(f"PRAGMA user_version = {FORMAT}")
            news = [grading for grading in gradings if _is_news(database, grading)]
            database.executemany(_WRITE, map(_row, news))
            database.execute("COMMIT")
    except UsageError as error:
        return f"{what} is not remembered: {error}"
    except _storage_errors() as error:
        return f"{what} is not remembered: {_trouble(path, error)}"
    return None


def _is_news(database: sqlite3.Connection, grading: Grading) -> bool:
    """Tell whether there is anything to remember: a stub counts once, after something else.

    In an interview it is an answer as well.
    """
    if not grading.untouched or grading.source == "interview":
        return True
    last = database.execute(_LAST, [grading.problem]).fetchone()
    return last is not None and not last[0]


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Yield a connection; what is not committed at its end is undone.

    A rollback journal, SQLite's default, and not WAL: that needs memory which processes share,
    and on network folders they cannot. One short write for a grading would gain nothing by it.
    """
    import sqlite3

    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
    )
    with contextlib.closing(database):
        # The folder is synced too, so that a power cut takes back nothing that was committed.
        database.execute("PRAGMA synchronous = EXTRA")
        yield database


def _has_table(database: sqlite3.Connection, path: Path) -> bool:
    """Tell whether the file holds a history, or nothing; raise UsageError for anything else."""
    [version] = database.execute("PRAGMA user_version").fetchone()
    if version == FORMAT:
        return True
    if version > FORMAT:
        raise UsageError(
            f"{path}: was written by a newer grader (format {version}; this one knows {FORMAT}). "
            "Use that grader, or move the file away."
        )
    [tables] = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version or tables:
        raise UsageError(f"{path}: is no history of gradings. Move it away.")
    return False


def _row(grading: Grading) -> tuple[Any, ...]:
    return (
        grading.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        grading.problem,
        grading.verdict.value,
        grading.points,
        grading.max,
        json.dumps(sorted(grading.passed)),
        grading.failed,
        grading.source,
        grading.digest,
        int(grading.untouched),
        grading.seconds,
    )


def _parse(row: Sequence[Any]) -> Grading:
    at, problem, verdict, points, most, passed, failed, source, digest, untouched, seconds = row
    return Grading(
        datetime.fromisoformat(at).astimezone(UTC),
        str(problem),
        Verdict(verdict),
        int(points),
        int(most),
        frozenset(json.loads(passed)),
        int(failed),
        str(source),
        str(digest),
        bool(untouched),
        float(seconds),
    )


def _storage_errors() -> tuple[type[Exception], ...]:
    import sqlite3

    return (OSError, sqlite3.Error)


def _trouble(path: Path, error: Exception) -> str:
    """Return what is the matter with the file, and what to do, in one line."""
    name = str(getattr(error, "sqlite_errorname", ""))
    kind = next((kind for kind in _TROUBLES if name.startswith(f"SQLITE_{kind}")), "")
    describe = _TROUBLES.get(kind, _unusable)
    return describe(path, " ".join(str(error).split()))


def _damaged(path: Path, why: str) -> str:
    return f"{path}: is damaged ({why}). Move it away, and a new history begins."


def _unusable(path: Path, why: str) -> str:
    return f"{path}: cannot be used: {why}. Check the folder and its permissions."


_TROUBLES: dict[str, Callable[[Path, str], str]] = {
    "BUSY": lambda path, _: (
        f"{path}: another process has kept it locked for {BUSY_SECONDS:g} seconds. "
        "Try again when that one has ended."
    ),
    "FULL": lambda path, _: f"{path}: the disk is full. Make room and grade again.",
    "CORRUPT": _damaged,
    "NOTADB": _damaged,
    "ERROR": _damaged,
}
