"""The author's gate: prove that a problem accepts what is right and rejects what is wrong."""

from grader.prove.gate import prove_problems

__all__ = ["prove_problems"]
