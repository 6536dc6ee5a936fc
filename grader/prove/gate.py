"""Prove problems: check what can be read, run what can be run, print what does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.case import TestCase
from grader.engine import Engine, open_engine
from grader.errors import Fault, ProblemFaults
from grader.grade import job_pool
from grader.isolation import Isolation
from grader.problem import Problem
from grader.prove.claims import check_claims
from grader.prove.folder import check_folder
from grader.prove.marks import check_marks
from grader.prove.questions import check_probe
from grader.prove.signatures import check_signatures
from grader.prove.texts import check_texts
from grader.prove.trials import Role, Subject, start_runs, subjects
from grader.render.console import open_console
from grader.render.matrix import print_closing_line, print_proof
from grader.workspace import Workspace

HOLDS, DOES_NOT_HOLD = 0, 1
# Runs of the reference that its time is the best of: one alone measures the machine's mood.
TIMED_RUNS = 3


@dataclass(slots=True)
class Proof:
    """What is known of one problem: its solutions with their runs, and the faults."""

    problem: Problem
    subjects: list[Subject] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def prove_problems(
    workspace: Workspace,
    numbers: Sequence[str],
    *,
    repeat: int,
    seeds: int,
    probe_seeds: int,
    jobs: int,
    isolation: Isolation = Isolation.BEST,
    no_color: bool,
) -> int:
    """Prove the problems and print the matrices; return the exit code."""
    console = open_console(no_color=no_color)
    proofs: list[Proof] = []
    try:
        problems = workspace.problems(numbers)
        with open_engine(workspace.root, problems, isolation) as engine:
            tests = engine.tests()
            for problem in problems:
                proof = _prove(
                    engine, workspace, problem, tests, repeat=repeat, seeds=seeds, jobs=jobs
                )
                with job_pool(jobs) as pool:
                    proof.faults += check_probe(
                        engine,
                        pool,
                        problem,
                        workspace.reference / problem.solution_name,
                        proof.subjects,
                        seeds=probe_seeds,
                    )
                print_proof(console, proof.problem, proof.subjects, proof.faults)
                proofs.append(proof)
        faults = [fault for proof in proofs for fault in proof.faults]
    except ProblemFaults as error:
        faults = list(error.faults)
        for fault in faults:
            console.print(str(fault), soft_wrap=True)
    print_closing_line(console, [proof.subjects for proof in proofs], faults, repeat=repeat)
    return DOES_NOT_HOLD if faults else HOLDS


def _prove(
    engine: Engine,
    workspace: Workspace,
    problem: Problem,
    tests: Mapping[str, Sequence[TestCase]],
    *,
    repeat: int,
    seeds: int,
    jobs: int,
) -> Proof:
    reference = workspace.reference / problem.solution_name
    cases = tests.get(problem.number, ())
    proof = Proof(problem)
    proof.faults += check_folder(problem, reference)
    proof.faults += check_texts(problem, reference)
    proof.faults += check_signatures(problem.stub, reference)
    proof.faults += check_marks(problem, cases)
    if any(case.is_hidden for case in cases):
        proof.subjects = subjects(problem, reference, cases)
        _run_all(engine, problem, proof.subjects, repeat=repeat, seeds=seeds, jobs=jobs)
        proof.faults += check_claims(problem, proof.subjects)
    return proof


def _run_all(
    engine: Engine,
    problem: Problem,
    subjects: Sequence[Subject],
    *,
    repeat: int,
    seeds: int,
    jobs: int,
) -> None:
    # Its time counts, so it runs alone: runs side by side slow each other down.
    timed = [subject for subject in subjects if subject.role is Role.REFERENCE]
    others = [subject for subject in subjects if subject.role is not Role.REFERENCE]
    for group, times, width in ((timed, max(repeat, TIMED_RUNS), 1), (others, repeat, jobs)):
        with job_pool(width) as pool:
            pending = [
                (subject, start_runs(engine, pool, problem, subject, repeat=times, seeds=seeds))
                for subject in group
            ]
            for subject, futures in pending:
                subject.runs = [future.result() for future in futures]
