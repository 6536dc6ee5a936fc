"""Labelled lines, in which a report says what happened: ``Returned   None``."""

from __future__ import annotations

import re

_LABELLED = re.compile(r"([A-Z][a-z]+(?: [a-z]+)?) {2,}(.*)")


def split_labels(message: str) -> list[tuple[str, str]]:
    """Return label and text of each line; a line that goes on with the one before has no label."""
    matches = [(_LABELLED.fullmatch(line), line) for line in message.splitlines()]
    return [(match[1], match[2]) if match else ("", line) for match, line in matches]
