"""What follows from what: an event comes in, actions go out. No terminal, no file, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from grader.hints import Hint
from grader.outcome import Verdict
from grader.problem import Problem
from grader.score import ProblemResult

# After so many seconds a run is said to be under way: sooner, the words would only flicker.
SAY_RUNNING_AFTER = 0.4
# A run that takes longer than this is given up when something newer waits.
PATIENCE = 1.0
# A note stands at least this long: a save that it caused itself must not wipe it out.
NOTE_STANDS = 2.0
CONFIRM = "y"


# --- Events -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed."""

    name: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The solution changed; ``at`` is the time of day, for people."""

    at: str


@dataclass(frozen=True, slots=True)
class TestsChanged:
    """The hidden tests, the probe or the problem's description changed."""

    __test__ = False


@dataclass(frozen=True, slots=True)
class Began:
    """The engine of a run has started: from now on it is the solution that takes time."""

    run: int


@dataclass(frozen=True, slots=True)
class Graded:
    """A run has a result; another one follows unless it is final."""

    run: int
    result: ProblemResult
    is_final: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A run came to nothing, and why."""

    run: int
    message: str


@dataclass(frozen=True, slots=True)
class Broke:
    """The grader itself has a fault."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Hinted:
    """A hint was looked up."""

    hint: Hint


@dataclass(frozen=True, slots=True)
class Listed:
    """The problems were looked up."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """There is something to say below the card."""

    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Another problem is watched from now on."""


@dataclass(frozen=True, slots=True)
class Disturbed:
    """The window was resized, or the command went on after it was stopped."""


@dataclass(frozen=True, slots=True)
class Waited:
    """Nothing happened until the time that ``Loop.wakes_at`` named."""


Event: TypeAlias = (
    Key
    | Saved
    | TestsChanged
    | Began
    | Graded
    | Failed
    | Broke
    | Hinted
    | Listed
    | Said
    | Moved
    | Disturbed
    | Waited
)
Post: TypeAlias = Callable[[Event], None]


# --- Actions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grade:
    """Grade the solution, ``anew`` with a new engine; whatever still runs is of no interest."""

    run: int
    anew: bool = False


class Do(StrEnum):
    """What else is to be done."""

    DRAW = "draw"
    GO_ON = "go on to the next problem"
    LIST = "look up the problems"
    HINT = "look up the next hint"
    RESET = "put the stub back"
    QUIT = "quit"


Action: TypeAlias = Grade | Do


# --- What is seen -----------------------------------------------------------------------------


class Stage(StrEnum):
    """How far the newest run has come."""

    GRADING = "grading"
    ASKING = "asking"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class View:
    """All that a screen shows: the list of ``problems`` if it has any, else the card.

    While a run is under way, ``result`` is that of an earlier save.
    """

    result: ProblemResult | None = None
    stage: Stage = Stage.GRADING
    saved_at: str = ""
    failure: str = ""
    note: str = ""
    hint: Hint | None = None
    problems: tuple[Problem, ...] = ()
    is_confirming: bool = False

    @property
    def is_solved(self) -> bool:
        """Tell whether nothing is left to do, nor to ask."""
        is_done = self.stage is Stage.DONE and not self.failure
        return is_done and self.result is not None and self.result.verdict is Verdict.SOLVED


_ACTIONS = {"n": Do.GO_ON, "h": Do.HINT, "l": Do.LIST, "q": Do.QUIT}


class Loop:
    """The state of a session: which run counts, and what is seen."""

    def __init__(self, *, can_reset: bool) -> None:
        self.view = View()
        self.wakes_at: float | None = None
        self._can_reset = can_reset
        self._run = 0
        self._busy_since: float | None = None
        self._noted_at = 0.0

    def begin(self, now: float) -> list[Action]:
        """Return what is to be done first; ``now`` is in seconds, of any clock that goes on."""
        return [Do.DRAW, *self._grade(now)]

    def on(self, event: Event, now: float) -> list[Action]:
        """Take in an event; return what is to be done."""
        if isinstance(event, Key):
            return self._on_key(event.name, now)
        if isinstance(event, Graded | Failed):
            return self._on_result(event) if event.run == self._run else []
        if isinstance(event, Saved | TestsChanged):
            return self._on_change(event, now)
        if isinstance(event, Moved):
            self.view = View()
            self._busy_since = None
            return self.begin(now)
        self._on_other(event, now)
        return [] if isinstance(event, Began) else [Do.DRAW]

    def _on_change(self, event: Saved | TestsChanged, now: float) -> list[Action]:
        if isinstance(event, TestsChanged):
            self._note("The tests changed: they were read again.", now)
            self._see(hint=None)
            return self._grade(now, anew=True)
        if now - self._noted_at > NOTE_STANDS:
            self._see(note="")
        self._see(saved_at=event.at)
        return self._grade(now)

    def _on_result(self, event: Graded | Failed) -> list[Action]:
        self.wakes_at = None
        self._see(problems=())
        if isinstance(event, Failed):
            self._busy_since = None
            self._see(failure=event.message, stage=Stage.DONE)
        elif event.is_final:
            self._busy_since = None
            hint = self.view.hint
            if hint is not None and hint.behaviour in event.result.passed_ids:
                hint = None
            self._see(failure="", result=event.result, stage=Stage.DONE, hint=hint)
        else:
            self._see(failure="", result=event.result, stage=Stage.ASKING)
        return [Do.DRAW]

    def _on_other(self, event: Event, now: float) -> None:
        """Take in what changes nothing but the view."""
        match event:
            case Began():
                self._busy_since = now
            case Broke(error):
                raise error
            case Hinted(hint):
                self._see(hint=hint, note=hint.trouble)
            case Listed(problems):
                self._see(problems=problems)
            case Said(text):
                self._note(text, now)
            case Waited():
                self.wakes_at = None
                self._see(stage=Stage.GRADING)

    def _on_key(self, name: str, now: float) -> list[Action]:
        if self.view.is_confirming:
            self._see(is_confirming=False)
            return [Do.RESET if name == CONFIRM else Do.DRAW]
        if name == "r":
            self._see(note="")
            return self._grade(now)
        self._see(problems=())
        if name == "x" and self._can_reset:
            self._see(is_confirming=True)
        elif name == "x":
            self._note("Only a solution in stubs can be reset.", now)
        return [_ACTIONS.get(name, Do.DRAW)]

    def _grade(self, now: float, *, anew: bool = False) -> list[Action]:
        """Start a run; one that has used up our patience goes, and its engine with it."""
        self._run += 1
        # An engine that is still starting is not stuck: to start another one would take longer.
        is_stuck = self._busy_since is not None and now - self._busy_since > PATIENCE
        if anew or is_stuck:
            self._busy_since = None
        self.wakes_at = now + SAY_RUNNING_AFTER
        self._see(is_confirming=False)
        return [Grade(self._run, anew=anew or is_stuck)]

    def _note(self, text: str, now: float) -> None:
        self._noted_at = now
        self._see(note=text)

    def _see(self, **changes: object) -> None:
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]  # names are View's own
