"""Steps by ``sys.settrace`` in each followed thread, for Python 3.11."""

from __future__ import annotations

import contextlib
import dis
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FrameType
from typing import Any, Self

from grader.testkit.threads.steps import OnStep, sharing_steps


class SettraceTracer:
    """Follows the instructions of the frames that are ours."""

    def __init__(self, owns: Callable[[str], bool], on_step: OnStep) -> None:
        self._owns = functools.cache(owns)
        self._on_step = on_step
        self._steps: dict[CodeType, Mapping[int, dis.Instruction]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._steps.clear()

    @contextlib.contextmanager
    def follow(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._enter_frame)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter_frame(self, frame: FrameType, _event: str, _arg: object) -> Any:
        if not self._owns(frame.f_code.co_filename):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if frame.f_code not in self._steps:
            self._steps[frame.f_code] = sharing_steps(frame.f_code, frame.f_globals)
        return self._in_frame

    def _in_frame(self, frame: FrameType, event: str, _arg: object) -> Any:
        if event == "opcode":
            step = self._steps[frame.f_code].get(frame.f_lasti)
            if step is not None:
                self._on_step(frame, step)
        return self._in_frame
