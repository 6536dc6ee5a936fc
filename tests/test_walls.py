"""The walls around a solution hold, from inside; what is missing is said."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.engine import Engine, Job, open_engine, run_job, selfcheck
from grader.errors import UsageError
from grader.isolation import Isolation, Layer, check, in_words, lacking, survey
from grader.problem import Limits
from grader.workspace import Workspace

LAYERS = survey()
MISSING = [f"{layer.name}: {layer.missing}" for layer in lacking(LAYERS)]
confined = pytest.mark.skipif(bool(MISSING), reason=f"cannot be confined: {'; '.join(MISSING)}")
# What a solution may do, and what it may not; each line is one attempt.
ALLOWED = """
open("mine", "w").write("x")
import threading; threading.Thread(target=print).start()
import asyncio; asyncio.run(asyncio.sleep(0))
import sqlite3; sqlite3.connect("data.db").execute("create table t (x)")
import zoneinfo; zoneinfo.ZoneInfo("Europe/Vienna")
import mimetypes; mimetypes.guess_type("a.html")
import ssl; ssl.create_default_context()
import httpx; httpx.AsyncClient()
import os; os.kill(os.getpid(), 0)
import os; os.listdir("/proc/self/task")
import inspect; inspect.getsource(double)
open("/dev/null", "w").write("x")
import random; random.SystemRandom().random()
import tempfile; tempfile.TemporaryFile().write(b"x")
import decimal, flask, fastapi, xml.dom.minidom
"""
DENIED = """
open("{root}/problems/01/test_hidden.py").read()
open("{root}/reference/p01_tiny.py").read()
import os; os.listdir("{root}")
open("{root}/reference/p01_tiny.py", "a")
import os; os.mkdir("{root}/.grader")
open("{root}/problems/01/forged.pyc", "wb")
open(__file__, "a")
import os; os.remove(__file__)
import os; os.mkdir("../more")
open("/etc/passwd").read()
import os; open(f"/proc/{{os.getppid()}}/environ").read()
import os; os.fork()
import os; os.posix_spawn("/bin/true", ["true"], {{}})
import os; os.execv("/bin/true", ["true"])
import subprocess; subprocess.run(["true"])
import multiprocessing; multiprocessing.Process(target=print).start()
import socket; socket.socket()
import socket; socket.socketpair(type=socket.SOCK_DGRAM)
import socket; socket.create_connection(("127.0.0.1", 1))
import os; os.kill(os.getppid(), 0)
import os; os.kill(1, 0)
import os; os.kill(-1, 0)
import os, signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0)
import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (9, 9))
import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (99_999, 99_999))
import os; os.sched_setaffinity(0, {{0}})
import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)
import os; os.memfd_create("more")
import os; os.chroot("/")
import ctypes; raise OSError if ctypes.CDLL(None).unshare(0x10000000) else KeyError
import ctypes, os; raise OSError if ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) else KeyError
import ctypes; raise OSError if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) else KeyError
import ctypes; raise OSError if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) else KeyError
bytearray(4 << 30)
open("big", "wb").write(bytes(64 << 20))
[open("/dev/null") for _ in range(1_000)]
"""
# What Landlock lets through, and a filter turns into nothing.
WITHOUT_EFFECT = """
import os; os.chmod("{file}", 0)
import os; os.chown("{file}", 1, 1)
import os; os.utime("{file}", (1, 1))
import os; os.setxattr("{file}", "user.note", b"x")
import os, shutil; shutil.copymode("/dev/null", "{file}")
"""


@pytest.fixture(scope="module")
def engine(kata: Path) -> Iterator[Engine]:
    """Open an engine that confines."""
    with open_engine(kata, Workspace(kata).problems(), Isolation.REQUIRE) as opened:
        yield opened


@pytest.fixture
def attempt(engine: Engine, tmp_path: Path) -> Callable[[str], str]:
    """Return a function that has a confined solution run a line, and says what came of it."""

    def run(line: str) -> str:
        path = tmp_path / "p01_tiny.py"
        path.write_text(f"CODE = {line!r}\n{REPORT}")
        test = engine.tests()["01"][0].id
        trial = run_job(engine, Job("01", "p01_tiny", path, (test,), Limits(60, 60)))
        assert trial.failure is None
        return trial.output.split("<<", 1)[1].split(">>", 1)[0]

    return run


REPORT = """
def double(value): return value * 2
try:
    exec(CODE)
except BaseException as error:
    print(f"<<{type(error).__name__}: {error}>>")
else:
    print("<<done>>")
"""


@confined
@pytest.mark.parametrize("line", ALLOWED.strip().splitlines())
def test_what_solutions_need_is_allowed(attempt: Callable[[str], str], line: str) -> None:
    assert attempt(line) == "done"


@confined
@pytest.mark.parametrize("line", DENIED.strip().splitlines())
def test_what_could_hurt_is_denied(attempt: Callable[[str], str], kata: Path, line: str) -> None:
    answer = attempt(line.format(root=kata))

    assert answer.split(":")[0] in {"PermissionError", "MemoryError", "OSError", "ValueError"}


@confined
@pytest.mark.parametrize("line", WITHOUT_EFFECT.strip().splitlines())
def test_what_could_change_files_outside_does_nothing(
    attempt: Callable[[str], str], tmp_path: Path, line: str
) -> None:
    outside = tmp_path / "outside"
    outside.touch()
    before = outside.stat()

    assert attempt(line.format(file=outside)) == "done"
    assert outside.stat() == before
    assert os.listxattr(outside) == []


def test_nothing_is_denied_where_nobody_asked_for_walls(kata: Path, tmp_path: Path) -> None:
    path = tmp_path / "p01_tiny.py"
    path.write_text(f"CODE = 'import socket; socket.socket().close()'\n{REPORT}")

    with open_engine(kata, Workspace(kata).problems(), Isolation.NONE) as engine:
        test = engine.tests()["01"][0].id
        trial = run_job(engine, Job("01", "p01_tiny", path, (test,), Limits(60, 60)))

        assert engine.isolation.endswith(", not confined, as asked")
        assert "<<done>>" in trial.output


LACKING = (Layer("limits", "floods"), Layer("files", "reading", "no such kernel", "Get one"))


def test_what_is_missing_is_said() -> None:
    assert in_words(Isolation.BEST, LACKING) == "not confined (files): see `grader doctor`"
    assert in_words(Isolation.BEST, LACKING[:1]) == "confined"


def test_required_walls_that_are_missing_are_an_error() -> None:
    with pytest.raises(UsageError, match=r"(?s)cannot be confined here.*no such kernel\. Get one"):
        check(Isolation.REQUIRE, LACKING)

    check(Isolation.BEST, LACKING)
    check(Isolation.REQUIRE, LACKING[:1])


def test_another_system_has_no_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Plan9")

    assert {layer.missing for layer in survey()} == {"not made for Plan9"}


@pytest.mark.parametrize("name", ["sandlock", "pyseccomp"])
def test_a_missing_package_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setitem(sys.modules, name, None)

    lacking = [layer for layer in survey() if f"package {name} cannot be" in layer.missing]

    assert [layer.remedy for layer in lacking] == [
        "Install the extra: pip install 'backend-kata[sandbox]'"
    ]


@confined
def test_the_doctor_tries_the_walls() -> None:
    answer = CliRunner().invoke(app, ["doctor", "--no-color"])

    assert answer.exit_code == 0, answer.output
    assert answer.output.count(": denied") == 7
    assert "Solutions are confined here" in answer.output


def test_the_doctor_says_what_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        selfcheck, "check_walls", lambda: (LACKING, {"limits": [("take memory", False)]})
    )

    answer = CliRunner().invoke(app, ["doctor", "--no-color"])

    assert answer.exit_code == 1
    assert "tried to take memory: NOT DENIED" in answer.output
    assert "no such kernel. Get one." in answer.output
    assert "grade only code that you trust" in answer.output


def test_the_self_check_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    del capsys
    layers, attempts = selfcheck.check_walls()

    assert [layer.name for layer in layers] == [layer.name for layer in LAYERS]
    assert json.dumps(attempts)
