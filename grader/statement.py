"""The parts of a statement or a debrief: its title, its sections, what it lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

SECTIONS = (
    "Story",
    "Contract",
    "Behaviours",
    "Example",
    "How you are graded",
    "Out of scope",
)
DEBRIEF_SECTIONS = ("What it tested", "Trade-offs", "What an interviewer would ask next")
_HEADING = re.compile(r"(#{1,3}) +(.+?) *")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement taken apart; ``sections`` maps each level-2 heading to the text below it.

    ``headings`` are those of level 2 in their order, one that is given twice twice.
    """

    title: str
    headings: tuple[str, ...]
    sections: dict[str, str]
    behaviours: tuple[str, ...]

    def words(self, *, leaving_out: tuple[str, ...]) -> int:
        """Count the words of all sections but some."""
        texts = (text for name, text in self.sections.items() if name not in leaving_out)
        return sum(len(text.split()) for text in texts)


def parse_statement(text: str) -> Statement:
    """Take a statement apart; headings inside code blocks are none."""
    title, section = "", ""
    headings: list[str] = []
    sections: dict[str, list[str]] = {}
    behaviours: list[str] = []
    in_code = False
    for line in text.splitlines():
        in_code ^= line.startswith("```")
        heading = None if in_code else _HEADING.fullmatch(line)
        depth = len(heading[1]) if heading else 0
        if heading and depth == 1:
            title = heading[2]
        elif heading and depth == 2:
            section = heading[2]
            headings.append(section)
            sections.setdefault(section, [])
        elif heading and section == "Behaviours":
            behaviours.append(heading[2])
        elif section:
            sections[section].append(line)
    joined = {name: "\n".join(lines) for name, lines in sections.items()}
    return Statement(title, tuple(headings), joined, tuple(behaviours))


def numbered(behaviours: tuple[str, ...]) -> tuple[str, ...]:
    """Return the titles as the statement's headings have them."""
    return tuple(f"{index}. {title}" for index, title in enumerate(behaviours, start=1))
