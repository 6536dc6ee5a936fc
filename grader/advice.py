"""What to try, where how a test ended tells the mistake: one sentence, or none.

Only what is certain, or nearly: a wrong guess costs a learner more than silence.
"""

from __future__ import annotations

import ast
import difflib
import re
import sys
import typing
from dataclasses import dataclass
from pathlib import Path

from grader.definitions import Definition, find_definition
from grader.labels import split_labels
from grader.outcome import TestReport
from grader.problem import Problem

# What the problems may be written with, besides the standard library.
LIBRARIES = "Flask, FastAPI (with Pydantic and Starlette) and httpx"
_FOLDERS = ("stubs", "problems", "reference")


@dataclass(frozen=True, slots=True)
class Case:
    """What went wrong: how the test ended, for which solution of which problem."""

    report: TestReport
    solution: Path
    problem: Problem

    def text(self, label: str) -> str:
        """Return the text behind a label, empty where there is none."""
        return dict(reversed(split_labels(self.report.message))).get(label, "")

    @property
    def function(self) -> str:
        """The name of the function that the test called, empty if none is known."""
        match = re.match(r"(?:await )?([\w.]+)\(", self.text("Called"))
        return match[1] if match else ""

    @property
    def own(self) -> Definition | None:
        """The function that the test called, as the solution defines it."""
        return find_definition(self.solution, self.function) if self.function else None

    @property
    def asked(self) -> Definition | None:
        """The function that the test called, as the statement asks for it."""
        return find_definition(self.problem.stub, self.function) if self.function else None


def advise(report: TestReport, solution: Path, problem: Problem) -> str:
    """Return what to try, given how a test or the import ended; empty where nothing is certain."""
    case = Case(report, solution, problem)
    for look in (_at_the_source, _at_imports, _at_the_end, _at_the_call, _at_the_value):
        if text := look(case):
            return text
    return ""


# --- the file itself ----------------------------------------------------------------------------


def _at_the_source(case: Case) -> str:
    """Look for what keeps a file from being Python."""
    return _first_match(_SOURCE, case.report.message)


_SOURCE: tuple[tuple[str, str], ...] = (
    (
        r"^TabError",
        "indent with spaces only, four for each level; your editor can convert the tabs",
    ),
    (r"^IndentationError: expected an indented block", "indent what belongs to it by four spaces"),
    (
        r"^IndentationError: (unexpected indent|unindent)",
        "start this line exactly below the lines it belongs with, in spaces",
    ),
    (r"^SyntaxError.*\n +(<<<<<<<|=======|>>>>>>>)", "take out the marks that a merge left"),
    (r"^SyntaxError.*\n +(>>> |\$ )", "take out the prompts: they were copied with the code"),
    (r" is empty$", "start from the stub: it has every signature that is asked for"),
    (r"is not UTF-8: byte [01] is 0xf[ef]|null bytes", "save the file as UTF-8: it is UTF-16"),
    (r"is not UTF-8", "save the file as UTF-8, in your editor's settings"),
)


def _first_match(table: tuple[tuple[str, str], ...], text: str) -> str:
    """Return the sentence of the first pattern found in a text, its groups filled in."""
    for pattern, sentence in table:
        if match := re.search(pattern, text, flags=re.MULTILINE):
            return match.expand(sentence)
    return ""


# --- imports ------------------------------------------------------------------------------------


def _at_imports(case: Case) -> str:
    """Look for what is imported and is not there, or is used and was not imported."""
    text = case.report.message
    if match := re.search(r"No module named '([\w.]+)'", text):
        return _not_there(match[1], case)
    is_file = not case.problem.stub.is_dir()
    if is_file and re.search(rf"cannot import name '\w+' from '{case.problem.slug}'$", text):
        return _circular(case.problem.slug, case)
    if match := re.search(r"partially initialized module '([\w.]+)'", text):
        return _circular(match[1], case)
    if match := re.search(r"NameError.*name '(\w+)' is not defined", text):
        return _not_imported(match[1])
    return ""


def _not_there(name: str, case: Case) -> str:
    top = name.split(".", maxsplit=1)[0]
    if top == case.problem.slug:
        return f"look at the names of your files: none is `{name.replace('.', '/')}.py`"
    if top in _FOLDERS:
        return "take this import out: a solution stands alone, and its own names need no import"
    near = difflib.get_close_matches(top, sys.stdlib_module_names, n=1, cutoff=0.8)
    if near:
        return f"`import {near[0]}`: there is no module `{top}`"
    return (
        f"do without `{top}`, which is not installed: the standard library, {LIBRARIES} are all "
        "that the problems need"
    )


def _circular(name: str, case: Case) -> str:
    if name == case.problem.slug:
        return "take this import out: the file imports itself"
    top = name.split(".", maxsplit=1)[0]
    if top == case.problem.slug:
        return "move what both need to a third module: two of yours import each other"
    return f"rename your own file: Python finds it in place of the library `{top}`"


def _not_imported(name: str) -> str:
    if name in sys.stdlib_module_names:
        return f"add `import {name}` at the top"
    if name in typing.__all__:
        return f"add `from typing import {name}` at the top"
    return ""


# --- how it ended -------------------------------------------------------------------------------


def _at_the_end(case: Case) -> str:
    """Look at what ended the test, where it was no value."""
    if case.text("Warning"):
        return "write `await` before that call: without it, nothing of the coroutine runs"
    if case.report.where is None and "'NoneType'" in case.text("Raised"):
        return "look for a missing `return`: None came back where an object belongs"
    return _first_match(_ENDS, case.report.message)


_ENDS = (
    (
        r"SystemExit while it was imported",
        'put what the file does as a program below `if __name__ == "__main__":`',
    ),
    (r"SystemExit", "raise an error or return: exiting would end the whole server"),
    (r"(EOFError|reading from stdin)", "take `input` out: arguments bring all there is to know"),
    (r"exit status \d+", "look for `os._exit` or the like: it ends Python itself, at once"),
    (r"killed by SIG(SEGV|BUS|ABRT)", "look for recursion without an end, or for `ctypes`"),
    (r"killed by SIGXCPU", "look for a loop without an end: it used up its time on the processor"),
    (
        r"`__(getattr|getattribute)__` keeps calling",
        "read with `object.__getattribute__` inside `__\\1__`: `self.x` calls it again",
    ),
    (
        r"`__setattr__` keeps calling",
        "write with `super().__setattr__` inside `__setattr__`: `self.x = ...` calls it again",
    ),
    (r"keeps? calling", "give it a case that ends without another call, and test that case first"),
    (
        r"'coroutine' object|object coroutine can't|coroutine object is not|type 'coroutine'",
        "look for a call without `await`: a coroutine stands where its result belongs",
    ),
    (
        r"await wasn't used with future",
        "resume a coroutine when what it yielded is done: the event loop can wait for that",
    ),
    (
        r"object NoneType can't be used in 'await'",
        "look for a missing `return`, or do not await it: what is awaited is None",
    ),
    (
        r"object (\w+) can't be used in 'await' expression",
        "make it `async def`, or do not await it: what is awaited is of type \\1",
    ),
)


# --- the call and its value ---------------------------------------------------------------------


def _at_the_call(case: Case) -> str:
    """Compare the signature with the one that is asked for."""
    match = re.match(r"([\w.<>]+)\(\) ", case.text("Signature"))
    if match is None:
        return ""
    asked = find_definition(case.problem.stub, match[1])
    own = find_definition(case.solution, match[1])
    if asked is None or own is None or asked.signature == own.signature:
        return "give it the parameters that the statement asks for"
    return f"`{asked.signature}`, as the statement says; line {own.line} has `{own.signature}`"


def _at_the_value(case: Case) -> str:
    """Look at a returned value that tells how it came to be."""
    returned, expected = case.text("Returned"), case.text("Expected")
    if case.text("Found") == "None" != expected:
        return _none_found(case)
    if not returned or returned == expected:
        return ""
    if match := re.match(r"<coroutine object ([\w.<>]+)>", returned):
        return _coroutine_returned(match[1].rpartition(".")[2], case)
    if expected == "an awaitable" and case.own and case.asked and not case.own.is_async:
        return f"`{case.asked.signature}`, as the statement says" if case.asked.is_async else ""
    if returned == "None":
        return _none_returned(case, expected)
    return ""


def _coroutine_returned(name: str, case: Case) -> str:
    if name == case.function.rpartition(".")[2] and case.asked and not case.asked.is_async:
        return f"`def {name}`, without `async`: calling it must give the value, not a coroutine"
    if case.own and not case.own.is_async:
        return f"call a plain function in place of `{name}`: a coroutine is not yet its result"
    return f"write `await` before the call of `{name}`: a coroutine is not yet its result"


def _none_returned(case: Case, expected: str) -> str:
    if _was_printed(expected, case.report.printed):
        return "`return` it: the right value was printed, and a caller cannot use that"
    own = case.own
    if own is None or own.is_async != case.text("Called").startswith("await "):
        return ""
    return _missing_return(own)


def _none_found(case: Case) -> str:
    """Look for a property or a method that the test names and that should give a value."""
    for name in dict.fromkeys(re.findall(r"\w+", case.text("Checked"))):
        own, asked = (find_definition(path, name) for path in (case.solution, case.problem.stub))
        if own and asked and asked.gives_a_value and (text := _missing_return(own)):
            return text
    return ""


def _missing_return(own: Definition) -> str:
    if own.returns_nothing:
        return f"end `{own.node.name}` with `return`: without one, it gives None"
    if own.can_run_off_its_end:
        return f"look for a way through `{own.node.name}` that meets no `return`: it gives None"
    return ""


def _was_printed(expected: str, printed: str) -> bool:
    """Tell whether a value is among the lines that were printed, as ``print`` writes it."""
    try:
        text = str(ast.literal_eval(expected))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        text = expected
    return bool(text) and text in (line.strip() for line in printed.splitlines())
