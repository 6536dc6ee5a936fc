"""Do the statement, the titles, the hints and the debrief keep to form and budget?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

from grader.errors import Fault
from grader.loader import METADATA, short
from grader.problem import Problem
from grader.statement import DEBRIEF_SECTIONS, SECTIONS, Statement, numbered, parse_statement

STATEMENT_WORDS = range(200, 401)
HINT_WORDS = 60
DEBRIEF_WORDS = 350
QUESTIONS = range(2, 4)
TITLE_LENGTH = 72
BEHAVIOURS = range(6, 13)
# A shorter line of the reference, such as `return None`, gives nothing away.
TELLING_LENGTH = 16
_QUESTION = re.compile(r"^\d\. ", re.MULTILINE)
_SAME = "Make title, number and order the same in both"


def check_texts(problem: Problem, reference: Path) -> Iterator[Fault]:
    """Yield what is wrong with a problem's words."""
    if problem.statement.exists():
        yield from _check_statement(problem)
    if problem.debrief.exists():
        yield from _check_debrief(problem)
    yield from _check_titles(problem)
    yield from _check_hints(problem, _telling_lines(reference))


def _check_statement(problem: Problem) -> Iterator[Fault]:
    place = short(problem.statement)
    statement = yield from _check_page(problem, problem.statement, SECTIONS)
    if statement is None:
        return
    wanted = numbered(tuple(behaviour.title for behaviour in problem.behaviours))
    yield from _compare_headings(place, statement.behaviours, wanted)
    words = statement.words(leaving_out=("Contract", "Behaviours"))
    if words not in STATEMENT_WORDS:
        budget = f"{STATEMENT_WORDS.start} to {STATEMENT_WORDS.stop - 1}"
        what = f"has {words} words besides contract and behaviours"
        yield Fault(place, what, f"Keep it within {budget}")


def _check_debrief(problem: Problem) -> Iterator[Fault]:
    place = short(problem.debrief)
    debrief = yield from _check_page(problem, problem.debrief, DEBRIEF_SECTIONS)
    if debrief is None:
        return
    if (words := debrief.words(leaving_out=())) > DEBRIEF_WORDS:
        yield Fault(place, f"has {words} words", f"Shorten it to {DEBRIEF_WORDS}")
    questions = len(_QUESTION.findall(debrief.sections.get(DEBRIEF_SECTIONS[-1], "")))
    if questions not in QUESTIONS:
        what = f"numbers {questions} of its questions"
        yield Fault(place, what, "Number two or three with `1. `, and answer each")


def _check_page(
    problem: Problem, page: Path, sections: tuple[str, ...]
) -> Generator[Fault, None, Statement | None]:
    """Check a page's title and sections; return its parts, None where it cannot be read."""
    place = short(page)
    try:
        parts = parse_statement(page.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        yield Fault(place, f"is not UTF-8 at byte {error.start}", "Save it as UTF-8")
        return None
    title = f"{problem.number} · {problem.title}"
    if parts.title != title:
        yield Fault(place, f"the first heading is {parts.title!r}", f"Make it {title!r}")
    if parts.headings != sections:
        found = ", ".join(parts.headings) or "none"
        yield Fault(place, f"the sections are {found}", f"Make them {', '.join(sections)}")
    return parts


def _compare_headings(
    place: str, found: tuple[str, ...], wanted: tuple[str, ...]
) -> Iterator[Fault]:
    for heading in Counter(found) - Counter(wanted):
        what = f"heading {heading!r} is no behaviour of {METADATA} in its place"
        yield Fault(place, what, _SAME)
    for heading in Counter(wanted) - Counter(found):
        what = f"behaviour {heading!r} of {METADATA} has no heading"
        yield Fault(place, what, _SAME)
    if sorted(found) == sorted(wanted) and found != wanted:
        yield Fault(place, f"the behaviours are not in the order of {METADATA}", _SAME)


def _check_titles(problem: Problem) -> Iterator[Fault]:
    place = short(problem.folder / METADATA)
    if len(problem.behaviours) not in BEHAVIOURS:
        yield Fault(
            place,
            f"has {len(problem.behaviours)} behaviours",
            f"Make it {BEHAVIOURS.start} to {BEHAVIOURS.stop - 1}",
        )
    for behaviour in problem.behaviours:
        if len(behaviour.title) > TITLE_LENGTH:
            yield Fault(
                place,
                f"the title of `{behaviour.id}` has {len(behaviour.title)} characters",
                f"Shorten it to {TITLE_LENGTH}, so that it fits on a line",
            )


def _check_hints(problem: Problem, telling: list[str]) -> Iterator[Fault]:
    place = short(problem.folder / METADATA)
    for behaviour in problem.behaviours:
        for number, hint in enumerate(behaviour.hints, start=1):
            name = f"hint {number} of `{behaviour.id}`"
            if (words := len(hint.split())) > HINT_WORDS:
                yield Fault(place, f"{name} has {words} words", f"Shorten it to {HINT_WORDS}")
            if given_away := next((line for line in telling if line in _plain(hint)), None):
                what = f"{name} holds a line of the reference: {given_away}"
                yield Fault(place, what, "Say it in words")


def _telling_lines(reference: Path) -> list[str]:
    if not reference.exists():
        return []
    files = sorted(reference.rglob("*.py")) if reference.is_dir() else [reference]
    # That it is not UTF-8 is said by the trial.
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in files)
    lines = (line for text in texts for line in text.splitlines())
    return [plain for plain in map(_plain, lines) if len(plain) >= TELLING_LENGTH]


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())
