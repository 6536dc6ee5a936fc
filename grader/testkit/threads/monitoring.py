"""Steps by ``sys.monitoring`` (PEP 669), for Python 3.12 and later."""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Self

from grader.testkit.threads.steps import sharing_steps

if TYPE_CHECKING:
    from types import CodeType

    from grader.testkit.threads.steps import OnStep, Step

if sys.version_info >= (3, 12):
    # The numbers that PEP 669 leaves to anybody.
    _FREE_TOOLS = (3, 4)

    class MonitoringTracer:
        """Watches the instructions of the code objects that are ours, as they are met."""

        def __init__(self, owns: Callable[[str], bool], on_step: OnStep) -> None:
            self._owns = functools.cache(owns)
            self._on_step = on_step
            self._followed: set[int] = set()
            # By id: a code object is hashed by all that it holds. The entry keeps it alive.
            self._known: dict[int, tuple[CodeType, Mapping[int, Step]]] = {}

        def __enter__(self) -> Self:
            monitoring, events = sys.monitoring, sys.monitoring.events
            self._tool = next(tool for tool in _FREE_TOOLS if monitoring.get_tool(tool) is None)
            monitoring.use_tool_id(self._tool, "grader.testkit.threads")
            monitoring.register_callback(self._tool, events.PY_START, self._start)
            monitoring.register_callback(self._tool, events.INSTRUCTION, self._instruction)
            monitoring.set_events(self._tool, events.PY_START)
            monitoring.restart_events()
            return self

        def __exit__(self, *_: object) -> None:
            monitoring, events = sys.monitoring, sys.monitoring.events
            monitoring.set_events(self._tool, 0)
            for code, _ in self._known.values():
                monitoring.set_local_events(self._tool, code, 0)
            for event in (events.PY_START, events.INSTRUCTION):
                monitoring.register_callback(self._tool, event, None)
            monitoring.free_tool_id(self._tool)
            self._known.clear()

        @contextlib.contextmanager
        def follow(self) -> Iterator[None]:
            me = threading.get_ident()
            self._followed.add(me)
            try:
                yield
            finally:
                self._followed.discard(me)

        def _start(self, code: CodeType, _offset: int) -> object:
            if not self._owns(code.co_filename):
                return sys.monitoring.DISABLE
            if threading.get_ident() in self._followed and id(code) not in self._known:
                names = sys._getframe(1).f_globals  # noqa: SLF001  # the documented way to a frame
                self._known[id(code)] = code, sharing_steps(code, names)
                sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.INSTRUCTION)
            return None

        def _instruction(self, code: CodeType, offset: int) -> object:
            step = self._known[id(code)][1].get(offset)
            if step is None:
                return sys.monitoring.DISABLE
            if threading.get_ident() in self._followed:
                self._on_step(sys._getframe(1), step)  # noqa: SLF001
            return None
