"""The scorecard as one HTML page: no script, nothing from elsewhere, readable offline.

Whatever a solution says is text: the template escapes all it is given, and the page's policy
forbids the rest.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import grader
from grader.advice import advise
from grader.command import nearby
from grader.labels import split_labels
from grader.outcome import Outcome, TestReport, Verdict
from grader.problem import LEVELS, Problem
from grader.render.card import nearby_place
from grader.render.progress import TRY
from grader.render.scorecard import VERDICTS
from grader.render.sparkline import Sparkline, sparkline
from grader.score import ProblemResult
from grader.text import counted, printable, shorten
from grader.totals import Total, by_level, total

History = Mapping[str, Sequence[tuple[datetime, int]]]
Lines = tuple[tuple[str, str], ...]
# How much is shown of what a solution printed.
PRINTED = 1000


@dataclass(frozen=True, slots=True)
class Mark:
    """How something ended: a sign, a word that says the same, and a colour for both."""

    sign: str
    word: str
    style: str


_OUTCOMES = {
    Outcome.PASSED: Mark("✔", "holds", "good"),
    Outcome.FAILED: Mark("✘", "fails", "bad"),
    Outcome.TODO: Mark("·", "to do", "waiting"),
    Outcome.ERROR: Mark("✘", "error", "bad"),
    Outcome.TIMEOUT: Mark("✘", "time-out", "bad"),
    Outcome.CRASHED: Mark("✘", "crash", "bad"),
    Outcome.NOT_RUN: Mark("?", "not run", "quiet"),
}
_SIGNS = {Verdict.SOLVED: "✔", Verdict.TODO: "·", Verdict.GRADER_ERROR: "?"}
_VERDICTS = {
    verdict: Mark(_SIGNS.get(verdict, "✘"), word, style)
    for verdict, (word, style) in VERDICTS.items()
}
_SILENT = (Outcome.PASSED, Outcome.TODO, Outcome.NOT_RUN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a problem's table."""

    title: str
    outcome: Mark
    points: str
    failure: Lines


@dataclass(frozen=True, slots=True)
class Page:
    """One problem as the page shows it."""

    number: str
    title: str
    path: str
    verdict: Mark
    points: int
    max: int
    is_open: bool
    trouble: Lines
    diagnosis: str
    behaviours: tuple[Entry, ...]
    facts: tuple[str, ...]
    history: Sparkline | None


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its total, the whole per cent of its points, and its problems."""

    level: int
    title: str
    total: Total
    share: int
    problems: tuple[Page, ...]


def render_html(
    results: Sequence[ProblemResult],
    problems: Sequence[Problem],
    *,
    solutions: str,
    isolation: str,
    seed: int | None,
    ignored: Sequence[str],
    when: datetime,
    diagnoses: Mapping[str, str] | None = None,
    history: History | None = None,
    hints: Mapping[str, int] | None = None,
) -> str:
    """Return one learner's results as a page.

    ``diagnoses``, ``history`` and ``hints`` are by number: what a solution looks like, in words,
    its points at each try, oldest first, and how many hints were taken.
    """
    pages = [_page(result, diagnoses or {}, history or {}, hints or {}) for result in results]
    css = files("grader.render").joinpath("scorecard.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=PackageLoader("grader", "render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("scorecard.html.j2").render(
        css=Markup(css),  # noqa: S704  # a file of this package
        policy=_policy(css),
        total=total(results, problems),
        levels=tuple(_levels(results, problems, pages)),
        ungraded=len(problems) - len(results),
        solutions=printable(solutions),
        isolation=isolation,
        seed=seed,
        ignored=[printable(name) for name in ignored],
        when=when,
        legend=TRY if history else "",
        version=grader.__version__,
    )


def _policy(css: str) -> str:
    """Return what a browser may load and run for the page: its own style sheet, and no more."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _levels(
    results: Sequence[ProblemResult], problems: Sequence[Problem], pages: Sequence[Page]
) -> Iterator[Level]:
    level_of = {problem.number: problem.level for problem in problems}
    for level, amount in by_level(results, problems).items():
        inside = tuple(page for page in pages if level_of[page.number] == level)
        share = 100 * amount.points // amount.max
        yield Level(level, LEVELS[level], amount, share, inside)


def _page(
    result: ProblemResult,
    diagnoses: Mapping[str, str],
    history: History,
    hints: Mapping[str, int],
) -> Page:
    problem = result.problem
    past = history.get(problem.number, ())
    facts = {"try": len(past), "hint": hints.get(problem.number, 0)}
    return Page(
        problem.number,
        problem.title,
        nearby(result.path),
        _VERDICTS[result.verdict],
        result.points,
        problem.points,
        result.verdict not in (Verdict.SOLVED, Verdict.TODO),
        tuple(_trouble(result)),
        printable(diagnoses.get(problem.number, "")),
        tuple(_entries(result)),
        tuple(counted(number, noun) for noun, number in facts.items() if number),
        sparkline(past, problem.points),
    )


def _trouble(result: ProblemResult) -> Iterator[tuple[str, str]]:
    """Yield what keeps a solution from being judged at all, and what to try."""
    yield from _lines(result.message, result.where, _VERDICTS[result.verdict].word.capitalize())
    if result.verdict is Verdict.BROKEN:
        yield from _advice(TestReport(Outcome.ERROR, result.message, result.where), result)


def _entries(result: ProblemResult) -> Iterator[Entry]:
    """Yield a line for each behaviour; the first that fails says what to try, as on the card."""
    rows = [
        (entry.behaviour.title, entry.report, f"{entry.points}/{entry.behaviour.points}")
        for entry in result.behaviours
    ]
    if result.failing_example is not None:
        rows.insert(0, ("The examples of the statement", result.failing_example, ""))
    advised = False
    for title, report, points in rows:
        # What is in the way of all of them is said once, above.
        failure = () if result.message else _failure(report)
        if failure and not advised:
            failure += tuple(_advice(report, result))
            advised = True
        yield Entry(title, _OUTCOMES[report.outcome], points, failure)


def _advice(report: TestReport, result: ProblemResult) -> Iterator[tuple[str, str]]:
    if text := advise(report, result.path, result.problem):
        yield "Try", printable(text)


def _failure(report: TestReport) -> Lines:
    """Return what was called, what came of it, what was expected, where, and what was printed."""
    if report.outcome in _SILENT:
        return ()
    printed = printable(shorten(report.printed.rstrip(), PRINTED))
    return (*_lines(report.message, report.where), *([("Printed", printed)] if printed else []))


def _lines(message: str, where: str | None, word: str = "Says") -> Iterator[tuple[str, str]]:
    """Yield label and text, the first one's label is ``word`` if it has none of its own.

    Further lines without a label belong to the one before them.
    """
    label, text = word, ""
    for name, line in split_labels(printable(message)):
        if name:
            if text:
                yield label, text
            label, text = name, line
        else:
            text = f"{text}\n{line}" if text else line
    if text:
        yield label, text
    if where:
        yield "Where", nearby_place(where)
