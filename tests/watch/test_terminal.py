"""The whole command under a terminal of its own, which it leaves as it found it."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from grader.watch.keys import SingleKeys, reading

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
CAP = 60.0
RIGHT = "def clamp(value, low, high):\n    return low\n"


class Terminal:
    """A pseudo-terminal: we are its keyboard and its screen."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (40, 80))
        self.before = termios.tcgetattr(self.slave)
        self.text = ""

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def shows(self, words: str) -> bool:
        """Read the screen until it says ``words`` (which are not looked for again)."""
        ends_at = time.monotonic() + CAP
        while words not in self.text and time.monotonic() < ends_at:
            if select.select([self.master], [], [], 0.2)[0]:
                self.text += os.read(self.master, 4096).decode(errors="replace")
        _, found, self.text = self.text.partition(words)
        return bool(found)

    @property
    def is_as_before(self) -> bool:
        return termios.tcgetattr(self.slave) == self.before

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


@pytest.fixture
def watching(sample: Path, terminal: Terminal) -> Iterator[subprocess.Popen[bytes]]:
    """`grader watch` in a sample workspace, its first card on the screen."""
    environment = {**os.environ, "GRADER_ISOLATION": "none", "TERM": "xterm"}
    environment.pop("GRADER_SOLUTIONS", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "watch"],
        cwd=sample,
        env=environment,
        stdin=terminal.slave,
        stdout=terminal.slave,
        stderr=terminal.slave,
        start_new_session=True,
    )
    assert terminal.shows("0/30 points")
    assert terminal.shows("q quit")
    yield process
    process.kill()
    process.wait()


def stub_of(sample: Path) -> Path:
    return sample / "stubs" / "p01_clamp.py"


def rename_over(path: Path, text: str) -> None:
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


def test_a_save_by_renaming_is_graded_and_q_quits(
    watching: subprocess.Popen[bytes], terminal: Terminal, sample: Path
) -> None:
    assert not terminal.is_as_before
    rename_over(stub_of(sample), "def clamp(value, low, high:\n")
    assert terminal.shows("Saved at")
    assert terminal.shows("SyntaxError")

    rename_over(stub_of(sample), (sample / "reference" / "p01_clamp.py").read_text())
    assert terminal.shows("30/30 points")
    assert terminal.shows("Solved. n goes on")

    terminal.type("q")
    assert watching.wait(CAP) == 0
    assert terminal.is_as_before


def test_keys_give_hints_and_put_the_stub_back(
    watching: subprocess.Popen[bytes], terminal: Terminal, sample: Path
) -> None:
    pristine = stub_of(sample).read_text()
    rename_over(stub_of(sample), "def clamp(:\n")
    assert terminal.shows("SyntaxError")
    terminal.type("h")
    assert terminal.shows("no hint was taken")
    rename_over(stub_of(sample), RIGHT)
    assert terminal.shows("Saved at")
    terminal.type("h")
    assert terminal.shows("Hint 1 of 3")
    terminal.type("x")
    assert terminal.shows("y does it")
    terminal.type("y")
    assert terminal.shows("untouched stub is back")

    assert stub_of(sample).read_text() == pristine
    terminal.type("n")
    assert terminal.shows("last problem")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_ends_it_and_the_terminal_is_as_before(
    watching: subprocess.Popen[bytes], terminal: Terminal, number: signal.Signals, code: int
) -> None:
    watching.send_signal(number)

    assert watching.wait(CAP) == code
    assert terminal.is_as_before


def test_no_process_outlives_it(
    watching: subprocess.Popen[bytes],
    terminal: Terminal,
    sample: Path,
    processes_of: Any,
    soon: Any,
) -> None:
    terminal.type("q")
    watching.wait(CAP)

    assert soon(lambda: not processes_of(sample))


def test_changed_tests_are_read_again(
    watching: subprocess.Popen[bytes], terminal: Terminal, sample: Path
) -> None:
    tests = sample / "problems" / "01" / "test_hidden.py"
    text = tests.read_text()
    rename_over(tests, "def broken(:\n")
    assert terminal.shows("tried again at the next save")

    rename_over(tests, text)
    assert terminal.shows("0/30 points")


def test_an_error_leaves_the_terminal_as_before(terminal: Terminal) -> None:
    def fail() -> None:
        with SingleKeys(terminal.slave):
            assert not terminal.is_as_before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert terminal.is_as_before


def test_a_terminal_taken_twice_is_given_back_as_it_was_first(terminal: Terminal) -> None:
    with SingleKeys(terminal.slave) as keys:
        keys.give_back()
        assert terminal.is_as_before
        keys.take()
        keys.take()

    assert terminal.is_as_before


def test_letters_are_keys_and_arrows_are_not(terminal: Terminal) -> None:
    pressed: SimpleQueue[str] = SimpleQueue()
    with SingleKeys(terminal.slave), reading(terminal.slave, pressed.put):
        terminal.type("n")
        first = pressed.get(timeout=CAP)
        terminal.type("\x1b[n")
        while select.select([terminal.slave], [], [], 0)[0]:
            pass
        terminal.type("h")

        assert (first, pressed.get(timeout=CAP)) == ("n", "h")


def read_until(words: str, stream: Iterable[str]) -> list[str]:
    """Return the lines up to one that ends with ``words``, or up to the end."""
    lines = []
    for line in stream:
        lines.append(line)
        if line.endswith(words):
            break
    assert lines[-1:], "nothing was printed"
    assert lines[-1].endswith(words)
    return lines


def test_without_a_terminal_each_save_prints_a_card(sample: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "watch", "1"],
        cwd=sample,
        env={**os.environ, "GRADER_ISOLATION": "none"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = read_until("0/30 points\n", process.stdout)
    rename_over(stub_of(sample), (sample / "reference" / "p01_clamp.py").read_text())
    rest = read_until("Solved.\n", process.stdout)
    process.terminate()

    assert process.wait(CAP) == 143
    assert not any("\x1b" in line or "quit" in line for line in first + rest)
    process.stdout.close()
