"""Who runs when: with a switch at chosen steps, or by dice."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from grader.testkit.threads.actor import Actor

# Of so many steps, one is a switch, on average.
SWITCH_EVERY = 4


class Plan:
    """What all plans know: whose schedule it is."""

    def __init__(self) -> None:
        self.actors: Sequence[Actor] = ()
        self.on_stop: Callable[[Actor], None] = lambda _: None

    def begin(self, actors: Sequence[Actor]) -> None:
        """Take the threads whose schedule this is; until then, whoever runs goes on."""
        self.actors = actors

    def wants_switch(self, actor: Actor) -> bool:
        """Tell whether ``actor`` stops before the step that it has come to."""
        raise NotImplementedError

    def prefers(self, ready: Sequence[Actor]) -> Actor:
        """Return who runs next."""
        raise NotImplementedError


class SwitchPlan(Plan):
    """Two threads take turns: the first up to step ``points[0]``, the second up to ``points[1]``…

    Then each runs as far as it can. Threads that the solution started run when neither the one
    whose turn it is can; a thread that was stopped, only when nobody else can.
    """

    def __init__(self, points: Sequence[int]) -> None:
        super().__init__()
        self._points = points
        # How many of the points have been reached.
        self.reached = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether the threads ended before all the points were reached."""
        return self.reached < len(self._points)

    def wants_switch(self, actor: Actor) -> bool:
        if not self.is_exhausted or not self.actors or actor is not self._favourite:
            return False
        if actor.steps != self._points[self.reached]:
            return False
        self.reached += 1
        self.on_stop(actor)
        return True

    def prefers(self, ready: Sequence[Actor]) -> Actor:
        return min(ready, key=self._rank)

    @property
    def _favourite(self) -> Actor:
        return self.actors[self.reached % 2]

    def _rank(self, actor: Actor) -> int:
        if actor not in self.actors:
            # Main, the first of all, only makes and checks.
            return 3 if actor.name == "main" else 1
        return 0 if actor is self._favourite else 2


class RandomPlan(Plan):
    """Any number of threads; before each step, dice tell whether another one goes on."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._dice = dice

    def wants_switch(self, actor: Actor) -> bool:  # noqa: ARG002  # all actors alike
        return bool(self.actors) and self._dice.randrange(SWITCH_EVERY) == 0

    def prefers(self, ready: Sequence[Actor]) -> Actor:
        others = [actor for actor in ready if actor.name != "main"]
        return self._dice.choice(others) if others else ready[0]
