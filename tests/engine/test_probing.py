"""Probes: how they are read, asked in a process of their own, and compared."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.engine import Engine, open_engine
from grader.engine.choose import can_fork
from grader.engine.forking import ForkingEngine
from grader.engine.fresh import FreshEngine
from grader.errors import EngineError, ProblemFaults
from grader.grade import grade
from grader.isolation import Isolation
from grader.outcome import Outcome, Verdict
from grader.probe import Prober, new_seed
from grader.problem import Problem
from grader.score import ProblemResult
from grader.workspace import Workspace

TINY = Path(__file__).parents[1] / "hostile" / "workspace"
RIGHT = (TINY / "reference" / "p01_tiny.py").read_text(encoding="utf-8")
BEHAVIOURS = ("doubles", "shouts", "adds", "greets")
ENGINES: dict[str, type[ForkingEngine | FreshEngine]] = {
    **({"forking": ForkingEngine} if can_fork() else {}),
    "fresh": FreshEngine,
}


@pytest.fixture
def kata(tmp_path: Path) -> Path:
    """Copy the workspace of two tiny problems, of which the first has a probe."""
    return Path(shutil.copytree(TINY, tmp_path / "workspace"))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, kata: Path) -> Iterator[Engine]:
    """Open each engine."""
    folders = [problem.folder for problem in Workspace(kata).problems()]
    opened: ForkingEngine | FreshEngine = ENGINES[request.param](kata, folders, Isolation.NONE)
    yield opened
    opened.close()


def tiny(kata: Path) -> Problem:
    return Workspace(kata).problems(["01"])[0]


def solution(kata: Path, source: str) -> Path:
    path = kata / "p01_tiny.py"
    path.write_text(source, encoding="utf-8")
    return path


def judge(engine: Engine, kata: Path, source: str, seed: int = 7) -> ProblemResult:
    prober = Prober(engine, kata / "reference", [seed])
    path = solution(kata, source)
    [result] = grade(engine, [tiny(kata)], {"01": path}, prober, jobs=1)
    return result


def test_the_engine_knows_what_probes_ask_about(engine: Engine) -> None:
    assert engine.probes() == {"01": BEHAVIOURS}


def test_the_right_answers_agree(engine: Engine, kata: Path) -> None:
    prober = Prober(engine, kata / "reference", range(5))
    path = solution(kata, RIGHT)

    assert prober.compare(tiny(kata), path, BEHAVIOURS) == {name: [None] * 5 for name in BEHAVIOURS}


def test_a_disagreement_costs_its_behaviour_and_says_what_was_asked(
    engine: Engine, kata: Path
) -> None:
    source = RIGHT.replace('return text.upper() + "!"', "return {'hello': 'HELLO!'}.get(text)")

    result = judge(engine, kata, source)

    outcomes = {b.behaviour.id: b.outcome for b in result.behaviours}
    assert outcomes == dict.fromkeys(BEHAVIOURS, Outcome.PASSED) | {"shouts": Outcome.FAILED}
    assert result.first_failing is not None
    asked, answered, expected = result.first_failing.report.message.splitlines()
    word = asked.split("'")[1]
    assert (asked, answered) == (f"Asked      shout('{word}')", "Answered   None")
    assert expected == f"Expected   '{word.upper()}!'"


def test_the_same_seed_asks_the_same(engine: Engine, kata: Path) -> None:
    source = RIGHT.replace("return a + b", "return 3")

    messages = {judge(engine, kata, source, seed).first_failing for seed in (7, 7, 8)}

    assert len(messages) == 2


@pytest.mark.parametrize(
    ("body", "outcome", "words"),
    [
        ("import os; os._exit(0)", Outcome.CRASHED, "Ended the process: exit status 0"),
        ("while True: pass", Outcome.TIMEOUT, "Did not end within 1 seconds"),
        ("raise SystemExit", Outcome.FAILED, "SystemExit raised"),
    ],
)
def test_what_happens_only_without_tests_costs_its_behaviour(
    engine: Engine, kata: Path, body: str, outcome: Outcome, words: str
) -> None:
    vice = f"import sys\ndef add(a, b):\n    if 'pytest' in sys.modules: return a + b\n    {body}\n"

    result = judge(engine, kata, f"{RIGHT}\n{vice}")

    [lost] = [b for b in result.behaviours if b.outcome is not Outcome.PASSED]
    assert (lost.behaviour.id, lost.outcome) == ("adds", outcome)
    assert words in lost.report.message


def test_one_that_loads_only_under_test_has_no_points(engine: Engine, kata: Path) -> None:
    result = judge(engine, kata, f"import sys\nassert 'pytest' in sys.modules\n{RIGHT}")

    assert (result.points, result.verdict) == (0, Verdict.PARTIAL)
    assert result.first_failing is not None
    assert "raised AssertionError while it was imported" in result.first_failing.report.message


def test_a_probe_has_no_test_and_no_pytest_in_memory(engine: Engine, kata: Path) -> None:
    spy = (
        "import sys\n"
        "def greet(name):\n"
        "    if 'pytest' in sys.modules: return f'Hello, {name}!'\n"
        "    return [m for m in sys.modules if 'test_' in m or m[:7] == '_pytest']\n"
    )

    result = judge(engine, kata, f"{RIGHT}\n{spy}")

    assert result.first_failing is not None
    assert "Answered   []\n" in result.first_failing.report.message


def test_questions_are_not_changed_for_others(engine: Engine, kata: Path) -> None:
    probe = (kata / "problems" / "01" / "probe.py").read_text()
    source = probe.replace('solution.add(*step["numbers"])', 'solution.add(step["numbers"], [])')
    (kata / "problems" / "01" / "probe.py").write_text(source)
    greedy = "def add(a, b):\n    a.append(b)\n    return len(a)\n"
    (kata / "reference" / "p01_tiny.py").write_text(f"{RIGHT}\n{greedy}")
    prober = Prober(engine, kata / "reference", range(3))

    rounds = prober.compare(tiny(kata), solution(kata, f"{RIGHT}\n{greedy}"), BEHAVIOURS)

    assert rounds["adds"] == [None] * 3


def test_a_reference_that_does_not_answer_is_no_fault_of_the_solution(
    engine: Engine, kata: Path
) -> None:
    (kata / "reference" / "p01_tiny.py").write_text("import os; os._exit(3)")
    prober = Prober(engine, kata / "reference", [7])

    with pytest.raises(EngineError, match="reference of 01 does not answer"):
        prober.disagreements(tiny(kata), solution(kata, RIGHT), BEHAVIOURS)

    result = judge(engine, kata, RIGHT)
    assert result.verdict is Verdict.GRADER_ERROR


def test_without_a_reference_nothing_is_asked(engine: Engine, kata: Path) -> None:
    shutil.rmtree(kata / "reference")

    assert judge(engine, kata, RIGHT).verdict is Verdict.SOLVED


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("def steps(rng):\n    yield {}", "KeyError: 'behaviour'"),
        ("", "AttributeError: module 'probe_01' has no attribute 'steps'"),
    ],
)
def test_a_faulty_probe_is_a_fault_of_the_problem(kata: Path, source: str, words: str) -> None:
    (kata / "problems" / "01" / "probe.py").write_text(source)

    with (
        open_engine(kata, Workspace(kata).problems(), Isolation.NONE) as engine,
        pytest.raises(ProblemFaults) as caught,
    ):
        engine.tests()

    assert f"problems/01/probe.py: cannot be used: {words}" in str(caught.value)


def test_seeds_differ() -> None:
    assert len({new_seed() for _ in range(20)}) == 20


@pytest.fixture
def loaded_by(tmp_path: Path) -> Callable[[str], set[str]]:
    """Return a function that says which modules a line of Python loads in a new process."""

    def run(line: str) -> set[str]:
        code = f"{line}\nimport sys; print(*sys.modules)"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
        return set(done.stdout.split())

    return run


@pytest.mark.parametrize(
    "number", sorted(p.parent.name for p in Path(__file__).parents[2].glob("problems/*/probe.py"))
)
def test_no_probe_imports_pytest(loaded_by: Callable[[str], set[str]], number: str) -> None:
    probe = Path(__file__).parents[2] / "problems" / number / "probe.py"

    loaded = loaded_by(f"import grader.engine.warm, runpy; runpy.run_path({str(probe)!r})")

    assert not {"pytest", "_pytest", "hypothesis"} & loaded
