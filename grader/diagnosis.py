"""From the hidden tests that a solution fails to the misconception behind it, where that is plain.

Measured by leaving out each of the 874 known-wrong solutions in turn: see MIN_LIKENESS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import combinations
from pathlib import Path

from grader.outcome import Verdict
from grader.patterns import NAME, Patterns, name_of, read_patterns
from grader.score import ProblemResult

# So many sentences are read before a next one is looked at; more would be a list to choose from.
MAX_SENTENCES = 2
MIN_LIKENESS = 0.8
MIN_LEAD = 0.2


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
    index = _index(result.problem.folder)
    if index is None or frozenset(map(name_of, result.tried)) != index.bits.keys():
        return None
    return index.explain(index.mask(map(name_of, result.failed)))


@dataclass(frozen=True, slots=True)
class _Index:
    """The patterns of a problem as bit masks, and the sentences that belong to each."""

    bits: dict[str, int]
    sentences: dict[int, tuple[str, ...]]

    @classmethod
    def of(cls, patterns: Patterns) -> _Index:
        """Give each test a bit; solutions that think the same in one pattern count once."""
        index = cls({test: 1 << place for place, test in enumerate(patterns.tests)}, {})
        for known in patterns.known:
            mask = index.mask(known.fails)
            so_far = index.sentences.get(mask, ())
            index.sentences[mask] = tuple(dict.fromkeys((*so_far, known.thinks)))
        return index

    def mask(self, tests: Iterable[str]) -> int:
        """Return the mask of a set of tests."""
        return sum(self.bits[test] for test in set(tests))

    def explain(self, failed: int) -> Diagnosis | None:
        """Return the plainest explanation: one pattern, two together, or one that is close."""
        if exact := self.sentences.get(failed):
            return _any_of(exact)
        if pairs := list(self._pairs(failed)):
            return _all_of(pairs)
        close = self._closest(failed)
        return _any_of(self.sentences[close], is_exact=False) if close else None

    def _pairs(self, failed: int) -> Iterator[tuple[str, ...]]:
        """Yield the sentences of each two patterns that make up all that failed."""
        parts = [mask for mask in self.sentences if mask & failed == mask]
        for one, other in combinations(parts, 2):
            if one | other == failed:
                yield self.sentences[one] + self.sentences[other]

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


def _any_of(sentences: tuple[str, ...], *, is_exact: bool = True) -> Diagnosis | None:
    if len(sentences) > MAX_SENTENCES:
        return None
    return Diagnosis(is_exact and len(sentences) == 1, sentences)


def _all_of(pairs: list[tuple[str, ...]]) -> Diagnosis | None:
    # Where several pairs fit, any one of them would be a guess.
    is_plain = len(pairs) == 1 and len(pairs[0]) == MAX_SENTENCES
    return Diagnosis(is_sure=True, thinks=pairs[0]) if is_plain else None


def _index(folder: Path) -> _Index | None:
    try:
        written = (folder / NAME).stat().st_mtime_ns
    except OSError:
        return None
    return _read_index(folder, written)


@lru_cache(maxsize=64)
def _read_index(folder: Path, _written: int) -> _Index | None:
    """Return the index of one version of a file: a class of learners has many solutions."""
    patterns = read_patterns(folder)
    return None if patterns is None else _Index.of(patterns)
