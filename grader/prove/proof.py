"""The proof of one problem: what its folder shows, and what the runs of its solutions show."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path

from grader.engine import Engine
from grader.errors import Fault
from grader.problem import Problem
from grader.prove.claims import check_claims
from grader.prove.folder import check_folder
from grader.prove.marks import check_marks
from grader.prove.questions import Asked, ask, check_answers, check_reach
from grader.prove.record import check_record, write_record
from grader.prove.signatures import check_signatures
from grader.prove.texts import check_texts
from grader.prove.trials import Role, Run, Subject, plan_runs, subjects

# The reference's time is the best of so many runs, if the first is slow: one alone measures the
# machine's mood.
TIMED_RUNS = 3


@dataclass(slots=True)
class Proof:
    """What is known of one problem: its solutions with their runs, and the faults."""

    problem: Problem
    subjects: list[Subject] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    pending: list[tuple[Subject, list[Future[Run]]]] = field(default_factory=list)
    asked: Asked | None = None


class Prover:
    """Proves problems in three steps, of which the second lets the next problem begin."""

    def __init__(
        self,
        engine: Engine,
        pool: Executor,
        reference: Path,
        *,
        repeat: int,
        seeds: int,
        probe_seeds: int,
        write_patterns: bool = False,
    ) -> None:
        """Take the references from a folder; run on an engine, as many at a time as the pool."""
        self._engine = engine
        self._pool = pool
        self._folder = reference
        self._repeat = repeat
        self._seeds = seeds
        self._probe_seeds = probe_seeds
        self._write_patterns = write_patterns

    def examine(self, problem: Problem) -> Proof:
        """Check what can be read, and time the reference; nothing else may run meanwhile."""
        reference = self._folder / problem.solution_name
        cases = self._engine.tests().get(problem.number, ())
        proof = Proof(problem)
        proof.faults += check_folder(problem, reference)
        proof.faults += check_texts(problem, reference)
        proof.faults += check_signatures(problem.stub, reference)
        proof.faults += check_marks(problem, cases)
        if any(case.is_hidden for case in cases):
            proof.subjects = subjects(problem, reference, cases)
        for subject in proof.subjects:
            if subject.role is Role.REFERENCE:
                self._time(problem, subject)
        return proof

    def _time(self, problem: Problem, subject: Subject) -> None:
        [run] = plan_runs(self._engine, problem, subject, repeat=1, seeds=0)
        subject.runs = [run()]
        if subject.runs[0].trial.cpu_seconds > problem.budget.cpu_seconds / 2:
            subject.runs += [run() for _ in range(TIMED_RUNS - 1)]

    def start(self, proof: Proof) -> Proof:
        """Start all runs of the problem's solutions."""
        for subject in proof.subjects:
            runs = plan_runs(
                self._engine, proof.problem, subject, repeat=self._repeat, seeds=self._seeds
            )
            # The first was timed.
            those = runs[1:] if subject.role is Role.REFERENCE else runs
            proof.pending.append((subject, [self._pool.submit(run) for run in those]))
        if proof.subjects:
            proof.asked = ask(
                self._engine,
                self._pool,
                proof.problem,
                self._folder / proof.problem.solution_name,
                proof.subjects,
                seeds=self._probe_seeds,
            )
        return proof

    def judge(self, proof: Proof) -> None:
        """Wait for the runs and add what they contradict."""
        for subject, futures in proof.pending:
            subject.runs += [future.result() for future in futures]
        if proof.asked is not None:
            found = [*check_claims(proof.problem, proof.subjects), *check_reach(proof.asked)]
            # Answers would name what is wrong a second time.
            proof.faults += found or check_answers(proof.asked)
        # Patterns of what does not hold mean nothing yet.
        if not proof.faults:
            record = write_record if self._write_patterns else check_record
            proof.faults += record(proof.problem, proof.subjects)
