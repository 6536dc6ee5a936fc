"""Lines that somebody types, waited for only so long."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from grader.keyboard import Keyboard


@dataclass
class Typist:
    """Both ends of a pipe, and who reads it."""

    descriptor: int
    keyboard: Keyboard

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def leave(self) -> None:
        os.close(self.descriptor)
        self.descriptor = -1


@pytest.fixture
def typist() -> Iterator[Typist]:
    reading, writing = os.pipe()
    typist = Typist(writing, Keyboard(reading))
    yield typist
    if typist.descriptor >= 0:
        typist.leave()
    # The reader has ended once it has said so.
    with contextlib.suppress(EOFError):
        while True:
            typist.keyboard.line(60)
    os.close(reading)


def test_lines_come_one_by_one(typist: Typist) -> None:
    typist.type("g\ns 0")
    typist.type("7\n")

    assert [typist.keyboard.line(60), typist.keyboard.line(60)] == ["g", "s 07"]


def test_nothing_comes_where_nothing_was_typed(typist: Typist) -> None:
    typist.type("half a line")

    assert typist.keyboard.line(0) is None
    assert typist.keyboard.line(-5) is None


def test_the_end_stays_the_end(typist: Typist) -> None:
    typist.type("last, without its end")
    typist.leave()

    assert typist.keyboard.line(60) == "last, without its end"
    for _ in range(2):
        with pytest.raises(EOFError):
            typist.keyboard.line(60)


def test_what_is_no_text_is_a_line_all_the_same(typist: Typist) -> None:
    os.write(typist.descriptor, b"\xff\n")

    assert typist.keyboard.line(60) == "\ufffd"


def test_a_closed_input_has_no_lines() -> None:
    with pytest.raises(EOFError):
        Keyboard(-1).line(60)
