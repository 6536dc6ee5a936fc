"""Source whose findings are marked where they are: for solutions that read programs.

    marked = labelled('''
        async def main():
            ⟦time.sleep⟧(1)
            ⟦nap = time.sleep⟧(2)
    ''')
    found = call(solution.find_blocking_calls, marked.source).value
    marked.expect_found([(f.line, f.column, f.call) for f in found])

A mark holds the text that stays in the source and, after a ``=``, the name that is expected to be
found there, if it is another one.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.testkit.calls import Mismatch, lines

# Where: the line, from 1, and the column in characters, from 0, of the first character; and what.
Finding = tuple[int, int, str]

_MARK = re.compile(r"⟦(?P<text>[^⟦⟧=]+?)(?: = (?P<name>[^⟦⟧]+))?⟧")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A source without its marks, and the findings they stand for, in the order of the text."""

    source: str
    findings: Sequence[Finding]

    def expect_found(self, found: Iterable[Finding]) -> None:
        """Fail unless exactly the marked places were found, in the order of the text."""
        found = list(found)
        missing = [finding for finding in self.findings if finding not in found]
        surplus = [finding for finding in found if finding not in self.findings]
        if found == list(self.findings):
            return
        text = {"Checked": "what is found in this source", "Source": self._numbered()}
        if missing:
            text["Missing"] = _listed(missing)
        if surplus:
            text["Too much"] = _listed(surplus)
        if not missing and not surplus:
            text |= {
                "Found": _listed(found),
                "Expected": f"{_listed(self.findings)}, in this order",
            }
        raise Mismatch(lines(**text))

    def _numbered(self) -> str:
        """Return the source with numbers, its lines below each other."""
        numbered = enumerate(self.source.splitlines(), 1)
        return "\n".join(["", *(f"  {number:>3}  {line}".rstrip() for number, line in numbered)])


def labelled(text: str) -> Labelled:
    """Return a source and its findings; raise ValueError for a mark that is not closed."""
    source: list[str] = []
    findings: list[Finding] = []
    for number, line in enumerate(textwrap.dedent(text).strip("\n").splitlines(), 1):
        plain, end = "", 0
        for mark in _MARK.finditer(line):
            plain += line[end : mark.start()]
            findings.append((number, len(plain), mark["name"] or mark["text"]))
            plain, end = plain + mark["text"], mark.end()
        plain += line[end:]
        if "⟦" in plain or "⟧" in plain:
            raise ValueError(f"line {number}: a mark is not closed: {line.strip()}")
        source.append(plain)
    return Labelled("\n".join(source) + "\n", findings)


def _listed(findings: Sequence[Finding]) -> str:
    return "; ".join(f"{name} in line {line}, column {column}" for line, column, name in findings)
