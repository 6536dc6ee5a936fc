"""The lines of a card that name a misconception."""

from __future__ import annotations

from collections.abc import Iterator

from grader.diagnosis import Diagnosis

SURE, UNSURE = "Looks like", "Perhaps"


def looks_like(diagnosis: Diagnosis | None) -> Iterator[tuple[str, str]]:
    """Yield label and text of each line: what the learner seems to think."""
    if diagnosis is None:
        return
    label = SURE if diagnosis.is_sure else UNSURE
    first, *others = map(belief, diagnosis.thinks)
    yield label, f"you think that {first}" if others else f"you think {first}"
    for other in others:
        yield "", f"and that {other}" if diagnosis.is_sure else f"or that {other}"


def belief(sentence: str) -> str:
    """Return "the sun is small" of "Thinks that the sun is small."."""
    text = sentence.removeprefix("Thinks ").removeprefix("that ").removesuffix(".")
    return text.replace("``", "`")
