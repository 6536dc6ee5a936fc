"""Prove problems: check what can be read, run what can be run, print what does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.engine import open_engine
from grader.errors import ProblemFaults
from grader.grade import job_pool
from grader.isolation import Isolation
from grader.loader import short
from grader.patterns import NAME as PATTERNS
from grader.prove.proof import Proof, Prover
from grader.render.console import open_console
from grader.render.matrix import print_closing_line, print_proof
from grader.workspace import Workspace

HOLDS, DOES_NOT_HOLD = 0, 1


def prove_problems(
    workspace: Workspace,
    numbers: Sequence[str],
    *,
    repeat: int,
    seeds: int,
    probe_seeds: int,
    jobs: int,
    write_patterns: bool = False,
    isolation: Isolation = Isolation.BEST,
    no_color: bool,
) -> int:
    """Prove the problems and print the matrices; return the exit code."""
    console = open_console(no_color=no_color)
    proofs: list[Proof] = []
    try:
        problems = workspace.problems(numbers)
        with open_engine(workspace.root, problems, isolation) as engine, job_pool(jobs) as pool:
            prover = Prover(
                engine,
                pool,
                workspace.reference,
                repeat=repeat,
                seeds=seeds,
                probe_seeds=probe_seeds,
                write_patterns=write_patterns,
            )
            # What is timed comes first, while nothing else runs.
            examined = [prover.examine(problem) for problem in problems]
            for proof in _one_ahead(prover.start(proof) for proof in examined):
                prover.judge(proof)
                print_proof(console, proof.problem, proof.subjects, proof.faults)
                if write_patterns and not proof.faults:
                    console.print(
                        f"  {short(proof.problem.folder / PATTERNS)} is written", style="quiet"
                    )
                proofs.append(proof)
        faults = [fault for proof in proofs for fault in proof.faults]
    except ProblemFaults as error:
        faults = list(error.faults)
        for fault in faults:
            console.print(str(fault), soft_wrap=True)
    print_closing_line(console, [proof.subjects for proof in proofs], faults, repeat=repeat)
    return DOES_NOT_HOLD if faults else HOLDS


def _one_ahead(proofs: Iterator[Proof]) -> Iterator[Proof]:
    """Yield each once its successor has been started, so that no core waits for the last run."""
    current = next(proofs, None)
    while current is not None:
        following = next(proofs, None)
        yield current
        current = following
