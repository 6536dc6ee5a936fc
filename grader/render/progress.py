"""Where the learner stands, and what comes next, as text and as JSON.

Format 1: ``format``; ``solved``, ``problems_total``, ``best``, ``max``, ``hints``; ``levels`` with
``level``, ``title`` and the first four; ``slipped`` with numbers; ``problems`` with ``number``,
``slug``, ``title``, ``level``, ``state`` (new, begun, solved, slipped, again), ``verdict`` of the
newest grading, ``best``, ``max``, ``attempts``, ``hints``, ``practised`` and ``solved_at`` (UTC,
ISO 8601), ``passed_in`` (seconds). What has not happened is null.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from rich.text import Text

from grader.command import Commands, nearby
from grader.next_step import Advice
from grader.problem import LEVELS
from grader.progress import Progress, Standing, State, Sum, add_up
from grader.render.console import KataConsole
from grader.text import counted
from grader.workspace import Workspace

FORMAT = 1
TITLE_WIDTH = 32
TRY = "A try is a grading of a text that had changed since the one before."
# With so many columns there is room for the time to the first pass.
WIDE = 94
_STATES = {
    State.NEW: ("to do", "quiet"),
    State.BEGUN: ("begun", "waiting"),
    State.SOLVED: ("solved", "good"),
    State.SLIPPED: ("slipped", "bad"),
    State.AGAIN: ("again", "waiting"),
}
_HEAD = f"{'':<39}{'State':<7} {'Best':>7} {'Tries':>5} {'Hints':>5}  {'Practised':<12}"


def print_progress(
    console: KataConsole, progress: Progress, commands: Commands, now: datetime
) -> None:
    """Print the page of ``grader progress``; one line where nothing was graded yet."""
    if progress.is_empty:
        step = commands.grader("next")
        console.print(f"Nothing graded yet: `{step}` says where to begin.")
        return
    is_wide = console.width >= WIDE
    console.print((_HEAD + ("  Passed in" if is_wide else "")).rstrip(), style="label")
    for level, level_sum in progress.by_level().items():
        console.print()
        _print_sum(console, f"Level {level} {console.signs.dot} {LEVELS[level]}", level_sum)
        for standing in progress.standings:
            if standing.problem.level == level:
                console.print(_row(standing, now, is_wide=is_wide), no_wrap=True, overflow="crop")
    console.print()
    _print_sum(console, "Total", add_up(progress.standings))
    console.print()
    _print_summary(console, progress, commands)


def _print_sum(console: KataConsole, name: str, level: Sum) -> None:
    points = f"{level.best}/{level.max}"
    line = f"{name:<39}{points:>15}  {level.solved} of {level.problems} solved"
    console.print(line, style="strong")


def _row(standing: Standing, now: datetime, *, is_wide: bool) -> Text:
    problem = standing.problem
    word, style = _STATES[standing.state]
    title = f"  {problem.number}  {problem.title:<{TITLE_WIDTH}.{TITLE_WIDTH}} "
    row = Text.assemble(title, (f"{word:<7}", style))
    hints = str(standing.hints or "")
    if standing.attempts:
        best = f"{standing.best}/{problem.points}"
        row.append(f" {best:>7} {standing.attempts:>5} {hints:>5}")
    else:
        row.append(f" {'':>7} {'':>5} {hints:>5}")
    if standing.practised is not None:
        row.append(f"  {ago(standing.practised, now):<12}", "quiet")
        if is_wide and standing.passed_in is not None:
            row.append(f"  {duration(standing.passed_in)}", "quiet")
    row.rstrip()
    return row


def _print_summary(console: KataConsole, progress: Progress, commands: Commands) -> None:
    for standing in progress.slipped:
        problem = standing.problem
        since = f" on {standing.solved_at.astimezone():%Y-%m-%d}" if standing.solved_at else ""
        verdict = str(standing.verdict).replace("todo", "to do")
        line = f"{problem.number} {problem.title}: solved{since}, {verdict} now."
        console.print(line, style="bad")
        step = Text.assemble("  Next  ", (commands.pytest(f"problems/{problem.number}"), "strong"))
        console.print(step, soft_wrap=True)
    if progress.usual_time is not None:
        usual = duration(progress.usual_time)
        console.print(f"Usual time to the first pass: {usual}, pauses left out.")
    if progress.hints:
        console.print(f"Hints taken: {progress.hints}. They cost nothing.")
    console.print(TRY, style="quiet")
    console.print(Text.assemble("What now?  ", (commands.grader("next"), "strong")))


def print_advice(
    console: KataConsole, advice: Advice, commands: Commands, workspace: Workspace
) -> None:
    """Print which problem is next, why, and the commands to type."""
    problem = advice.standing.problem
    dot = console.signs.dot
    console.print(
        f"{problem.number} {dot} {problem.title} {dot} about {problem.minutes} minutes",
        style="strong",
    )
    console.print(f"  {advice.why}")
    lines = [("Solution", nearby(workspace.stubs / problem.solution_name))]
    for label, (program, *words) in zip(("Next", "Then"), advice.commands, strict=False):
        build = commands.pytest if program == "pytest" else commands.grader
        lines.append((label, build(*words)))
    for label, text in lines:
        style = "quiet" if label == "Solution" else "strong"
        console.print(Text.assemble((f"    {label:<11}", "label"), (text, style)), soft_wrap=True)


def progress_json(progress: Progress) -> str:
    """Return the figures as a JSON text."""
    levels = progress.by_level().items()
    document = {
        "format": FORMAT,
        **_sum(add_up(progress.standings)),
        "hints": progress.hints,
        "levels": [{"level": n, "title": LEVELS[n], **_sum(level)} for n, level in levels],
        "slipped": [standing.problem.number for standing in progress.slipped],
        "problems": [_problem(standing) for standing in progress.standings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _sum(level: Sum) -> dict[str, int]:
    return {
        "solved": level.solved,
        "problems_total": level.problems,
        "best": level.best,
        "max": level.max,
    }


def _problem(standing: Standing) -> dict[str, Any]:
    problem = standing.problem
    passed_in = standing.passed_in
    return {
        "number": problem.number,
        "slug": problem.slug,
        "title": problem.title,
        "level": problem.level,
        "state": standing.state,
        "verdict": standing.verdict,
        "best": standing.best,
        "max": problem.points,
        "attempts": standing.attempts,
        "hints": standing.hints,
        "practised": _iso(standing.practised),
        "solved_at": _iso(standing.solved_at),
        "passed_in": None if passed_in is None else round(passed_in.total_seconds()),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in words; its date where that was long ago, or is to come.

    A clock that was set back makes moments that are to come.
    """
    seconds = (now - moment).total_seconds()
    if not 0 <= seconds < 31 * 86_400:
        # Two clocks of one network differ by seconds.
        is_now = -60 < seconds < 0
        return "just now" if is_now else f"{moment.astimezone():%Y-%m-%d}"
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86_400:
        return f"{counted(int(seconds // 3600), 'hour')} ago"
    return "yesterday" if seconds < 2 * 86_400 else f"{seconds // 86_400:.0f} days ago"


def duration(length: timedelta) -> str:
    """Return a time of practice in words; a solution that held at once took none."""
    minutes = round(length.total_seconds() / 60)
    if not length:
        return "at once"
    if minutes < 60:
        return f"{max(minutes, 1)} min"
    return f"{minutes // 60} h {minutes % 60:02} min"
