"""Read and validate one problem's ``problem.toml``."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.errors import Fault, ProblemFaults
from grader.outcome import Outcome
from grader.problem import (
    HINTS_PER_BEHAVIOUR,
    LEVELS,
    Behaviour,
    Budget,
    Limits,
    Problem,
    Unprobed,
    WrongSolution,
)
from grader.table import Table, did_you_mean

METADATA = "problem.toml"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
# The folders of a workspace, by which people know where a path lies.
_PLACES = ("problems", "reference", "stubs")
# How a wrong solution's test may end besides failing: it must say so where it hangs or crashes.
_ENDS = (Outcome.TIMEOUT, Outcome.CRASHED)


def load_problem(folder: Path) -> Problem:
    """Return the problem in ``folder``; raise ProblemFaults that name every fault found."""
    path = folder / METADATA
    place = short(path)
    faults: list[Fault] = []
    table = Table(_read(path), place, faults)
    points = int(table.take_positive("points", int, 0))
    limits, budget = table.take_table("limits"), table.take_table("budget")
    unprobed = table.take_table("unprobed")
    problem = Problem(
        folder=folder,
        slug=_slug(table, folder.name),
        title=table.take_text("title"),
        level=_level(table),
        minutes=int(table.take_positive("minutes", int, 1)),
        limits=Limits(
            limits.take_positive("test_seconds", float, Limits().test_seconds),
            limits.take_positive("problem_seconds", float, Limits().problem_seconds),
        ),
        budget=_budget(budget),
        behaviours=tuple(map(_behaviour, table.take_tables("behaviours"))),
        wrong=tuple(_wrong(entry, folder) for entry in table.take_tables("wrong")),
        unprobed=Unprobed(
            frozenset(unprobed.take_texts("behaviours", required=False)),
            unprobed.take("why", str, "", required=False) or None,
        ),
    )
    for part in (limits, budget, unprobed, table):
        part.finish()
    # What could not be read would clash as well, and say nothing new.
    if not faults:
        faults.extend(_clashes(problem, points, place))
    if faults:
        raise ProblemFaults(faults)
    return problem


def short(path: Path) -> str:
    """Return a path inside a workspace as people name it: ``problems/07/problem.toml``."""
    starts = [index for index, part in enumerate(path.parts) if part in _PLACES]
    return Path(*path.parts[max(starts, default=0) :]).as_posix()


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fault = Fault(short(path), "is missing", "Write it: problems/README.md says what it holds")
    except OSError as error:
        fault = Fault(short(path), f"cannot be read: {error.strerror}", "Check its permissions")
    except UnicodeDecodeError as error:
        fault = Fault(short(path), f"is not UTF-8 at byte {error.start}", "Save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        fault = Fault(short(path), f"is not TOML: {error}", "Mend that line")
    raise ProblemFaults([fault])


def _slug(table: Table, number: str) -> str:
    slug = table.take_text("slug")
    fits = re.fullmatch(rf"p{number}(_[a-z0-9]+)+", slug)
    remedy = f"Make it p{number}_ and words in lower_case"
    table.check("slug", fits, f"`slug` is {slug!r}", remedy)
    return slug


def _level(table: Table) -> int:
    level = table.take("level", int, 1)
    remedy = f"Make it one of {', '.join(map(str, LEVELS))}"
    table.check("level", level in LEVELS, f"`level` is {level}", remedy)
    return level


def _budget(table: Table) -> Budget:
    usual = Budget()
    budget = Budget(
        table.take_positive("cpu_seconds", float, usual.cpu_seconds),
        table.take_positive("wall_seconds", float, usual.wall_seconds),
        table.take("why", str, "", required=False) or None,
    )
    if budget.why is None and (budget.cpu_seconds, budget.wall_seconds) != (
        usual.cpu_seconds,
        usual.wall_seconds,
    ):
        table.fault("a budget other than the usual without `why`", "Add `why`, or take it out")
    return budget


def _behaviour(table: Table) -> Behaviour:
    behaviour = Behaviour(
        table.take_text("id"),
        table.take_text("title"),
        int(table.take_positive("points", int, 1)),
        table.take_texts("hints"),
    )
    remedy = "Make it lower-case words joined by hyphens"
    table.check("id", _ID.fullmatch(behaviour.id), f"`id` is {behaviour.id!r}", remedy)
    table.check(
        "hints",
        len(behaviour.hints) == HINTS_PER_BEHAVIOUR,
        f"behaviour `{behaviour.id}` has {len(behaviour.hints)} hints",
        f"Give it {HINTS_PER_BEHAVIOUR}: where to look, which idea, the plan in words",
    )
    table.finish()
    return behaviour


def _wrong(table: Table, folder: Path) -> WrongSolution:
    name = table.take_text("name")
    # A dot or a slash in it would lead to another file.
    remedy = "Make it lower-case words joined by underscores"
    table.check("name", _NAME.fullmatch(name), f"`name` is {name!r}", remedy)
    package = folder / "wrong" / name
    wrong = WrongSolution(
        path=package if package.is_dir() else package.with_suffix(".py"),
        breaks=frozenset(table.take_texts("breaks")),
        family=table.take("family", str, "", required=False) or None,
        ends=frozenset(_end(table, word) for word in table.take("ends", list, [], required=False)),
        unseen=frozenset(table.take_texts("unseen", required=False)),
    )
    what = f"wrong solution `{name}` breaks nothing"
    table.check("breaks", wrong.breaks, what, "Name a behaviour that it breaks")
    table.finish()
    return wrong


def _end(table: Table, word: object) -> Outcome:
    known = {str(outcome): outcome for outcome in _ENDS}
    if not isinstance(word, str) or word not in known:
        table.fault(f"`ends` has {word!r}", f"Use {' or '.join(known)}")
        return Outcome.FAILED
    return known[word]


def _clashes(problem: Problem, points: int, place: str) -> Iterable[Fault]:
    """Yield what is wrong between the parts: names given twice, behaviours that do not exist."""
    ids = [behaviour.id for behaviour in problem.behaviours]
    if not ids:
        yield Fault(place, "no behaviours", "Add a [[behaviours]] table for each demand")
        return
    if problem.points != points:
        what = f"`points` is {points}, but the behaviours add up to {problem.points}"
        yield Fault(place, what, "Make both the same")
    yield from _twice(ids, place, "behaviour id")
    yield from _twice([b.title for b in problem.behaviours], place, "behaviour title")
    yield from _twice([wrong.name for wrong in problem.wrong], place, "wrong solution")
    for wrong in problem.wrong:
        for missing in sorted(wrong.breaks - set(ids)):
            yield Fault(
                place,
                f"wrong solution `{wrong.name}` breaks behaviour `{missing}`, which does not exist",
                did_you_mean(missing, ids, f"Name one of {', '.join(ids)}"),
            )
        for extra in sorted(wrong.unseen - wrong.breaks):
            what = f"wrong solution `{wrong.name}` has `{extra}` in `unseen` but not in `breaks`"
            yield Fault(place, what, "Take it out of `unseen`")
    for missing in sorted(problem.unprobed.behaviours - set(ids)):
        what = f"[unprobed] names behaviour `{missing}`, which does not exist"
        yield Fault(place, what, did_you_mean(missing, ids, f"Name one of {', '.join(ids)}"))
    if problem.unprobed.behaviours and problem.unprobed.why is None:
        yield Fault(place, "[unprobed] without `why`", "Say why no probe can see them")


def _twice(words: Iterable[str], place: str, noun: str) -> Iterable[Fault]:
    for word, count in Counter(words).items():
        if count > 1:
            yield Fault(place, f"{noun} `{word}` is given {count} times", "Rename all but one")
