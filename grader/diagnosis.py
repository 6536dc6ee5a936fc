"""From the hidden tests that a solution fails to the misconception behind it, where that is plain.

The limits were measured by leaving out each of the 874 known-wrong solutions of the twenty problems
in turn, so that whatever was said of it had to be about another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import combinations

from grader.outcome import Verdict
from grader.patterns import NAME, Patterns, name_of, read_patterns
from grader.problem import Problem
from grader.score import ProblemResult

# Misconceptions with one and the same pattern: three can be read, four are a list to choose from.
MAX_TWINS = 3
# From 0.9 on, all that was named broke the same behaviours (9 of 9); at 0.8 only 41 of 57 did.
MIN_LIKENESS = 0.9
MIN_LEAD = 0.1


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the author of a solution seems to think.

    ``is_sure``: all of ``thinks`` together explain every test that failed, and no other test.
    Else perhaps one of them does, or nearly.
    """

    is_sure: bool
    thinks: tuple[str, ...]


def diagnose(result: ProblemResult) -> Diagnosis | None:
    """Return what the failed tests say of a solution; None unless all ran and they say it plainly.

    Reads the patterns in the problem's folder; where there are none, there is no diagnosis.
    """
    if result.verdict is not Verdict.PARTIAL or not result.failed:
        return None
    index = _index(result.problem)
    if index is None or frozenset(map(name_of, result.tried)) != index.bits.keys():
        return None
    return index.explain(index.mask(map(name_of, result.failed)))


@dataclass(frozen=True, slots=True)
class _Index:
    """The patterns of a problem as bit masks: the sentences of each, and what they break."""

    bits: dict[str, int]
    sentences: dict[int, tuple[str, ...]]
    breaks: dict[int, frozenset[str]]

    @classmethod
    def of(cls, patterns: Patterns, problem: Problem) -> _Index:
        """Give each test a bit; solutions that think the same in one pattern count once."""
        index = cls({test: 1 << place for place, test in enumerate(patterns.tests)}, {}, {})
        breaks = {wrong.name: wrong.breaks for wrong in problem.wrong}
        for known in patterns.known:
            mask = index.mask(known.fails)
            so_far = index.sentences.get(mask, ())
            index.sentences[mask] = tuple(dict.fromkeys((*so_far, known.thinks)))
            index.breaks[mask] = breaks.get(known.name, frozenset())
        return index

    def mask(self, tests: Iterable[str]) -> int:
        """Return the mask of a set of tests."""
        return sum(self.bits[test] for test in set(tests))

    def explain(self, failed: int) -> Diagnosis | None:
        """Return the plainest explanation: one pattern, two together, or one that is close."""
        if exact := self.sentences.get(failed):
            return _any_of(exact, is_sure=len(exact) == 1)
        if pairs := list(self._pairs(failed)):
            # Where several pairs fit, any one of them would be a guess.
            return _all_of(pairs[0]) if len(pairs) == 1 else None
        close = self._closest(failed)
        return _any_of(self.sentences[close], is_sure=False) if close else None

    def _pairs(self, failed: int) -> Iterator[list[tuple[str, ...]]]:
        """Yield the sentences of each two patterns that together are all that failed.

        Two misconceptions about the same behaviours do not count: half of the solutions that were
        taken for two at once, and were not, looked like that, and one in fifty true pairs.
        """
        parts = [mask for mask in self.sentences if mask & failed == mask]
        for one, other in combinations(parts, 2):
            if one | other == failed and self.breaks[one] != self.breaks[other]:
                yield [self.sentences[one], self.sentences[other]]

    def _closest(self, failed: int) -> int | None:
        """Return the pattern that is like what failed, and more so than every other."""
        likeness = {mask: _likeness(mask, failed) for mask in self.sentences}
        best, second, *_ = [*nlargest(2, likeness, key=lambda mask: likeness[mask]), 0, 0]
        is_like = likeness.get(best, 0.0) >= MIN_LIKENESS
        is_ahead = likeness.get(best, 0.0) - likeness.get(second, 0.0) >= MIN_LEAD
        return best if is_like and is_ahead else None


def _likeness(one: int, other: int) -> float:
    """Return which part of the tests in either mask is in both, from 0 to 1."""
    return (one & other).bit_count() / (one | other).bit_count()


def _any_of(twins: tuple[str, ...], *, is_sure: bool) -> Diagnosis | None:
    return Diagnosis(is_sure, twins) if len(twins) <= MAX_TWINS else None


def _all_of(parts: list[tuple[str, ...]]) -> Diagnosis | None:
    if any(len(twins) > 1 for twins in parts):
        return None
    return Diagnosis(is_sure=True, thinks=tuple(sentence for [sentence] in parts))


def _index(problem: Problem) -> _Index | None:
    try:
        written = (problem.folder / NAME).stat().st_mtime_ns
    except OSError:
        return None
    return _read_index(problem, written)


@lru_cache(maxsize=64)
def _read_index(problem: Problem, _written: int) -> _Index | None:
    """Return the index of one version of a file: a class of learners hands in many solutions."""
    patterns = read_patterns(problem.folder)
    return None if patterns is None else _Index.of(patterns, problem)
