"""Steps by ``sys.settrace`` in each followed thread, for Python 3.11."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FrameType
from typing import Any, Self

from grader.testkit.threads.steps import OnStep, Step, sharing_steps


class SettraceTracer:
    """Follows the instructions of the frames that are ours."""

    def __init__(self, owns: Callable[[str], bool], on_step: OnStep) -> None:
        self._owns = functools.cache(owns)
        self._on_step = on_step
        self._known: dict[int, tuple[CodeType, Mapping[int, Step]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._known.clear()

    @contextlib.contextmanager
    def follow(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._enter_frame)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter_frame(self, frame: FrameType, _event: str, _arg: object) -> Any:
        code = frame.f_code
        if not self._owns(code.co_filename):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        # By id: a code object is hashed by all that it holds. The entry keeps it alive.
        if id(code) not in self._known:
            self._known[id(code)] = code, sharing_steps(code, frame.f_globals)
        _, steps = self._known[id(code)]

        def in_frame(frame: FrameType, event: str, _arg: object) -> Any:
            if event == "opcode" and frame.f_lasti in steps:
                self._on_step(frame, steps[frame.f_lasti])
            return in_frame

        return in_frame
