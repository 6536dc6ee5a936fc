"""Marks in a source: where they were, and what is said of findings that differ from them."""

from __future__ import annotations

import pytest

from grader.testkit.calls import Mismatch
from grader.testkit.labelled import labelled

MARKED = labelled("""
    async def main():
        ⟦time.sleep⟧(1)
        if ⟦nap = time.sleep⟧(2) or ⟦open⟧("f"):
            x == y
""")
FIRST, SECOND = "time.sleep in line 2, column 4", "time.sleep in line 3, column 7"
FINDINGS = [(2, 4, "time.sleep"), (3, 7, "time.sleep"), (3, 17, "open")]


def test_the_source_is_what_is_left_without_the_marks() -> None:
    assert MARKED.source.splitlines() == [
        "async def main():",
        "    time.sleep(1)",
        '    if nap(2) or open("f"):',
        "        x == y",
    ]
    assert MARKED.findings == FINDINGS


def test_all_that_is_marked_is_all_that_may_be_found() -> None:
    MARKED.expect_found(FINDINGS)
    labelled("pass").expect_found([])


@pytest.mark.parametrize(
    ("found", "last"),
    [
        (FINDINGS[1:], ["Missing    time.sleep in line 2, column 4"]),
        (
            [*FINDINGS[:2], (3, 17, "io.open")],
            [
                "Missing    open in line 3, column 17",
                "Too much   io.open in line 3, column 17",
            ],
        ),
        (
            FINDINGS[1::-1] + FINDINGS[2:],
            [
                f"Found      {SECOND}; {FIRST}; open in line 3, column 17",
                f"Expected   {FIRST}; {SECOND}; open in line 3, column 17, in this order",
            ],
        ),
    ],
)
def test_what_differs_is_named_below_the_source(
    found: list[tuple[int, int, str]], last: list[str]
) -> None:
    with pytest.raises(Mismatch) as raised:
        MARKED.expect_found(found)

    told = str(raised.value).splitlines()
    assert told[:4] == [
        "Checked    what is found in this source",
        "Source     ",
        "    1  async def main():",
        "    2      time.sleep(1)",
    ]
    assert told[6:] == last


def test_a_mark_must_be_closed() -> None:
    with pytest.raises(ValueError, match=r"^line 2: a mark is not closed: ⟦open\(1\)$"):
        labelled("pass\n⟦open(1)")
