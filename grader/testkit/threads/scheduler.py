"""One thread at a time, and always the same one: the scheduler behind forced interleavings.

A thread under control is an Actor. The one that holds the baton runs, the others wait for it. The
baton changes hands where the plan says so (before a step), where a thread must wait (for a lock, a
sleep, another thread), and where a thread ends. So a plan decides all that happens, and a deadlock
is a fact: nobody can run.

What waits for something that is not under control (a lock made before, the network) is found out
by looking at it, and the others go on meanwhile. That costs time, and decides nothing else.
"""

from __future__ import annotations

import _thread
import itertools
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.testkit.threads.actor import Actor
from grader.testkit.threads.plans import Plan

# Between two looks at a thread that may wait for something outside, in seconds; and how many
# looks in a row must find it asleep.
LOOK = 0.005
LOOKS = 3
# So many looks may nobody run, while something outside may still wake somebody.
PATIENCE = 400
# Steps after which a thread that waits by spinning lets others run, and after which it never ends.
SPIN = 500
ENDLESS = 60_000

# The real one: `control` replaces the public names.
_new_lock = _thread.allocate_lock


class Abandoned(BaseException):
    """Raised in a thread that nobody waits for any more, so that it ends."""


class Deadlock(Exception):
    """Nobody can run: ``waiting`` tells who waits for what."""

    def __init__(self, waiting: Sequence[tuple[Actor, object]]) -> None:
        super().__init__("every thread waits")
        self.waiting = waiting


class Endless(Exception):
    """A thread goes on and on, whatever the others do."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(f"{actor.name} does not end")
        self.actor = actor


class Scheduler:
    """Hands the baton round; one for each run of a plan. The thread that makes it is ``main``."""

    def __init__(self, plan: Plan, on_wait: Callable[[Actor, object], None]) -> None:
        self.plan = plan
        self.on_wait = on_wait
        self.main = Actor("main", native_id=threading.get_native_id())
        self.actors = [self.main]
        self.is_over = False
        # Threads that were started before, and may wake somebody.
        self.strangers: Sequence[threading.Thread] = ()
        self._now = 0.0
        self._order = itertools.count()
        self._running: Actor | None = self.main
        self._by_thread = {threading.get_ident(): self.main}
        self._mutex = _new_lock()
        self._watch = Watch()
        self._failure: Exception | None = None

    @property
    def now(self) -> float:
        """The seconds that passed for those who wait: only while nobody can run."""
        return self._now

    def here(self) -> Actor | None:
        """Return the actor whose thread this is; none for a stranger, and when all is over."""
        return None if self.is_over else self._by_thread.get(threading.get_ident())

    def add(self, name: str) -> Actor:
        """Return a new actor, whose thread is yet to ``act``."""
        actor = Actor(name)
        self.actors.append(actor)
        return actor

    def act(self, actor: Actor, body: Callable[[], object]) -> None:
        """Run ``body`` as that actor, in its thread, from its first turn on."""
        actor.native_id = threading.get_native_id()
        self._by_thread[threading.get_ident()] = actor
        try:
            self._await_turn(actor)
            body()
        except Abandoned:
            pass
        finally:
            self._end(actor)

    def step(self, actor: Actor) -> None:
        """Come to a step; the plan may let others run before it is taken."""
        self.enter(actor)
        actor.steps += 1
        if actor.steps > ENDLESS:
            self._fail(Endless(actor))
            self._pass_on(actor)
        elif self.plan.wants_switch(actor):
            self._pass_on(actor)
        elif actor.steps % SPIN == 0:
            self.give_way(actor)

    def enter(self, actor: Actor) -> None:
        """Wait for the baton, if this thread was taken for asleep and another one has it."""
        if self._running is actor:
            return
        with self._mutex:
            actor.is_outside = False
            if self._running is None:
                self._running = actor
                return
        self._await_turn(actor)

    def wait(self, actor: Actor, what: object, timeout: float | None = None) -> bool:
        """Let others run until ``wake(what)``; tell whether that came before the timeout.

        The clock of the timeout stands still as long as anybody can run.
        """
        self.enter(actor)
        actor.waits_for, actor.has_timed_out = what, False
        # Of those whose time is up at once, who waits longest comes first.
        actor.deadline = None if timeout is None else (self._now + timeout, next(self._order))
        self.on_wait(actor, what)
        self._pass_on(actor)
        return not actor.has_timed_out

    def give_way(self, actor: Actor) -> None:
        """Let the others run as far as they can."""
        self.wait(actor, object(), 0.0)

    def wake(self, what: object) -> None:
        """Make ready all who wait for ``what``."""
        for actor in self.actors:
            if actor.waits_for is what:
                actor.waits_for = None

    def join(self, actors: Sequence[Actor]) -> None:
        """Wait, as main, until these have ended; raise Deadlock or Endless if they do not."""
        while not all(actor.is_done for actor in actors):
            self.wait(self.main, self)

    def close(self) -> None:
        """End what still waits: with an Abandoned, each."""
        self.is_over = True
        for actor in self.actors:
            if not actor.is_done and actor is not self.main and actor.gate.locked():
                actor.gate.release()

    def _end(self, actor: Actor) -> None:
        actor.is_done = True
        self._by_thread.pop(threading.get_ident(), None)
        if self.is_over:
            return
        self.wake(actor)
        self.wake(self)
        with self._mutex:
            if self._running in {actor, None}:
                self._give(self._next())

    def _pass_on(self, actor: Actor) -> None:
        """Let go of the baton, and come back with it."""
        with self._mutex:
            chosen = self._next()
            if chosen is not actor:
                self._give(chosen)
        if chosen is not actor:
            self._await_turn(actor)
        if actor is self.main and self._failure is not None:
            raise self._failure

    def _give(self, actor: Actor | None) -> None:
        self._running = actor
        self._watch.looks = 0
        if actor is not None:
            actor.gate.release()

    def _await_turn(self, actor: Actor) -> None:
        if actor is self.main:
            while not actor.gate.acquire(timeout=LOOK):
                self._look()
        else:
            actor.gate.acquire()
        if self.is_over:
            raise Abandoned

    def _next(self) -> Actor | None:
        """Return who runs next: somebody ready, else whose time is up; none if one is outside."""
        if self._failure is not None:
            return self._fail(self._failure)
        ready = [actor for actor in self.actors if actor.is_ready]
        if ready:
            return self.plan.prefers(ready)
        if self._may_be_woken():
            return None
        return self._out_of_time() or self._fail(self._deadlock())

    def _out_of_time(self) -> Actor | None:
        """Return who wakes up next because of the time, which jumps there."""
        timed = [actor for actor in self.actors if actor.waits_for and actor.deadline is not None]
        if not timed:
            return None
        actor = min(timed, key=lambda actor: actor.deadline or (0.0, 0))
        self._now = max(self._now, (actor.deadline or (0.0, 0))[0])
        actor.waits_for, actor.has_timed_out = None, True
        return actor

    def _may_be_woken(self) -> bool:
        is_one_outside = any(actor.is_outside and not actor.is_done for actor in self.actors)
        return is_one_outside or any(thread.is_alive() for thread in self.strangers)

    def _wake_for_strangers(self) -> None:
        """Make ready who waits for a lock that a stranger gave back just before the wait began."""
        for actor in self.actors:
            locked = getattr(actor.waits_for, "locked", None)
            if locked is not None and not locked():
                actor.waits_for = None

    def _deadlock(self) -> Deadlock:
        blocked = [actor for actor in self.actors if actor.waits_for and actor is not self.main]
        return Deadlock([(actor, actor.waits_for) for actor in blocked])

    def _fail(self, failure: Exception) -> Actor:
        self._failure = self._failure or failure
        self.main.waits_for = None
        return self.main

    def _look(self) -> None:
        """See whether whoever has the baton is asleep in something outside; let others run."""
        with self._mutex:
            running = self._running
            if running is None:
                self._watch.looks += 1
                self._wake_for_strangers()
                if any(actor.is_ready for actor in self.actors):
                    self._give(self._next())
                elif self._watch.looks > PATIENCE:
                    self._give(self._out_of_time() or self._fail(self._deadlock()))
            elif running is not self.main and self._watch.finds_asleep(running):
                running.is_outside = True
                self._give(self._next())


class Watch:
    """Tells a thread that sleeps from one that works, or waits for a core."""

    def __init__(self) -> None:
        self.looks = 0
        self._last: object = None

    def finds_asleep(self, actor: Actor) -> bool:
        """Tell whether the thread slept at the last looks, and did nothing between them."""
        if actor.native_id is None:
            return False  # it has yet to begin
        seen = (actor, actor.steps, *_kernel_state(actor.native_id))
        is_asleep = seen[2] in {b"S", b"D", None}
        self.looks = self.looks + 1 if is_asleep and seen == self._last else 0
        self._last = seen
        if self.looks < LOOKS:
            return False
        self.looks = 0
        return True


def _kernel_state(native_id: int) -> tuple[bytes | None, bytes | None]:
    """Return a thread's state letter and its time on a core; nothing where Linux does not tell."""
    task = Path(f"/proc/self/task/{native_id}")
    try:
        state = (task / "stat").read_bytes().rpartition(b") ")[2][:1]
        return state, (task / "schedstat").read_bytes().split()[0]
    except (OSError, IndexError):
        return None, None
